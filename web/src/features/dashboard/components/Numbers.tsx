import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import { formatRm } from '../../billing/amounts.ts'
import type { Dashboard } from '../types.ts'
import styles from './Dashboard.module.css'

/** The five numbers of a day that are asked for most. */
export function Numbers({ board }: { board: Dashboard }) {
  const { t } = useTranslation()
  const nine = ({ p90Min }: Dashboard['waiting']): string =>
    p90Min === null ? t('dashboard.nobodyYet') : t('dashboard.nineOfTen', { minutes: formatCount(p90Min) })
  const median = ({ medianMin }: Dashboard['waiting']): string =>
    medianMin === null ? '–' : t('dashboard.minutes', { minutes: formatCount(medianMin) })
  const numbers: { name: string; number: string; more?: string }[] = [
    { name: 'visits', number: formatCount(board.visits.total) },
    { name: 'takings', number: formatRm(board.takings.total) },
    { name: 'waiting', number: median(board.waiting), more: nine(board.waiting) },
    { name: 'consultation', number: median(board.consultation), more: nine(board.consultation) },
    ...(board.newPatients === null ? [] : [{ name: 'newPatients', number: formatCount(board.newPatients) }]),
  ]
  return (
    <dl className={styles.numbers}>
      {numbers.map(({ name, number, more }) => (
        <div key={name} data-figure={name}>
          <dt>{t(`dashboard.${name}`)}</dt>
          <dd>{number}</dd>
          {more === undefined ? null : <dd className={styles.more}>{more}</dd>}
        </div>
      ))}
    </dl>
  )
}
