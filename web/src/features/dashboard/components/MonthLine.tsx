import { useTranslation } from 'react-i18next'
import { formatCount, formatDay } from '../../../lib/format.ts'
import { formatRm } from '../../billing/amounts.ts'
import { daysBetween } from '../days.ts'
import type { Dashboard } from '../types.ts'
import styles from './Dashboard.module.css'
import { Figure } from './Figure.tsx'

const WIDTH = 600
const HEIGHT = 120
const LABEL_EVERY_DAYS = 5

interface MonthLineProps {
  month: Dashboard['month']
  /** The day that is open. */
  day: string
}

/** The visits of a month by day as a line; the day that is open is marked. */
export function MonthLine({ month, day }: MonthLineProps) {
  const { t } = useTranslation()
  const known = new Map(month.days.map((one) => [one.day, one]))
  const days = daysBetween(month.from, month.to).filter((one) => one <= (month.days.at(-1)?.day ?? day))
  const visits = days.map((one) => known.get(one)?.visits ?? 0)
  const most = Math.max(...visits, 1)
  const x = (n: number): number => ((n + 0.5) / days.length) * WIDTH
  const y = (value: number): number => HEIGHT - (value / most) * HEIGHT
  const at = days.indexOf(day)
  return (
    <Figure
      wide
      title={t('dashboard.month', { from: formatDay(month.from), to: formatDay(month.to) })}
      heads={[
        t('dashboard.day'),
        t('dashboard.visits'),
        t('dashboard.takings'),
        ...(month.newPatients === null ? [] : [t('dashboard.newPatients')]),
      ]}
      rows={month.days.map((one) => [
        formatDay(one.day),
        formatCount(one.visits),
        formatRm(one.takings),
        ...(one.newPatients === null ? [] : [formatCount(one.newPatients)]),
      ])}
    >
      <p className={styles.sum}>
        {t('dashboard.monthSum', { visits: formatCount(month.visits), takings: formatRm(month.takings) })}
        {month.newPatients === null
          ? ''
          : ` · ${t('dashboard.monthNew', { count: month.newPatients, shown: formatCount(month.newPatients) })}`}
      </p>
      <div className={styles.line}>
        <span className={styles.lineMost} aria-hidden="true">
          {formatCount(most)}
        </span>
        <svg viewBox={`0 -6 ${WIDTH} ${HEIGHT + 12}`} preserveAspectRatio="none" aria-hidden="true">
          <path d={`M0 ${HEIGHT}H${WIDTH}`} className={styles.axis} />
          <polyline points={visits.map((value, n) => `${x(n)},${y(value)}`).join(' ')} />
          {at < 0 ? null : <path d={`M${x(at)} 0V${HEIGHT}`} className={styles.marked} />}
        </svg>
        <div className={styles.lineDays} aria-hidden="true">
          {days.map((one, n) => (
            <span key={one} data-current={one === day || undefined}>
              {n % LABEL_EVERY_DAYS === 0 || one === day ? Number(one.slice(8)) : ''}
            </span>
          ))}
        </div>
      </div>
    </Figure>
  )
}
