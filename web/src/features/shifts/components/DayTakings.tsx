import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { formatRm } from '../../billing/amounts.ts'
import { fetchSummary, shiftKeys } from '../api.ts'
import type { DaySummary } from '../types.ts'
import styles from './Shifts.module.css'

/** What came in on a clinic day by way of paying and by cashier, less what was given back. */
export function DayTakings({ day }: { day: string }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: shiftKeys.summary(day),
    queryFn: ({ signal }) => fetchSummary(day, signal),
    staleTime: 0,
  })
  return (
    <Section title={t('shifts.takings')}>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending ? <Loading rows={4} /> : null}
      {query.data === undefined ? null : <Takings summary={query.data} />}
    </Section>
  )
}

function Takings({ summary }: { summary: DaySummary }) {
  const { t } = useTranslation()
  const { payments, refunds, voids } = summary
  return (
    <>
      <div className={styles.cash}>{formatRm(summary.total)}</div>
      <p className={styles.since}>
        {t('shifts.counts', {
          payments: formatCount(payments),
          refunds: formatCount(refunds),
          voids: formatCount(voids),
          rounding: formatRm(summary.rounding),
        })}
      </p>
      <div className={styles.columns}>
        <Amounts
          head={t('billing.byMethod')}
          rows={summary.byMethod
            .filter(({ count }) => count > 0)
            .map(({ method, ...row }) => ({ key: method, name: t(`billing.method.${method}`), ...row }))}
        />
        <Amounts
          head={t('shifts.cashier')}
          rows={summary.byCashier.map(({ cashier, ...row }) => ({
            key: cashier.id,
            name: cashier.name,
            ...row,
          }))}
        />
      </div>
    </>
  )
}

interface AmountsProps {
  head: string
  rows: readonly { key: string; name: string; amount: string }[]
}

function Amounts({ head, rows }: AmountsProps) {
  const { t } = useTranslation()
  if (rows.length === 0) return null
  return (
    <div className={ui.tableWrap}>
      <table className={ui.table}>
        <thead>
          <tr>
            <th>{head}</th>
            <th className={ui.num}>{t('billing.amount')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, amount }) => (
            <tr key={key}>
              <td>{name}</td>
              <td className={ui.num}>{formatRm(amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
