import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clinicToday, formatCount, formatDay } from '../../../lib/format.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { formatRm } from '../../billing/amounts.ts'
import { fetchDebt, fetchStatement, panelKeys } from '../api.ts'
import { monthsUpTo } from '../months.ts'
import type { Panel, Statement } from '../types.ts'
import styles from './Panels.module.css'

const MONTHS_SHOWN = 6
const MONTH_CHARS = 7

/** `11/2026` of `2026-11`. */
const formatMonth = (month: string): string => `${month.slice(5)}/${month.slice(0, 4)}`

/** What a panel owes by month, and the lines of the month that is chosen. */
export function StatementView({ panel }: { panel: Panel }) {
  const { t } = useTranslation()
  const months = monthsUpTo(clinicToday().slice(0, MONTH_CHARS), MONTHS_SHOWN)
  const [month, setMonth] = useState(months[0] as string)
  const debts = useQueries({
    queries: months.map((one) => ({
      queryKey: panelKeys.debt(panel.id, one),
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchDebt(panel.id, one, signal),
    })),
  })
  const query = useQuery({
    queryKey: panelKeys.statement(panel.id, month),
    queryFn: ({ signal }) => fetchStatement(panel.id, month, signal),
    staleTime: 0,
  })
  return (
    <Section title={t('panels.statementOf', { name: panel.name })}>
      <ul className={styles.months} aria-label={t('panels.months')}>
        {months.map((one, at) => (
          <li key={one}>
            <button
              type="button"
              className={styles.month}
              aria-pressed={one === month}
              onClick={() => setMonth(one)}
            >
              <span>{formatMonth(one)}</span>
              <strong>{debts[at]?.data === undefined ? '–' : formatRm(debts[at].data.total)}</strong>
            </button>
          </li>
        ))}
      </ul>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending ? <Loading rows={4} /> : null}
      {query.data === undefined ? null : <Lines statement={query.data} />}
    </Section>
  )
}

function Lines({ statement }: { statement: Statement }) {
  const { t } = useTranslation()
  const { data, meta } = statement
  if (data.length === 0) return <Empty title={t('panels.nothing')}>{t('panels.nothingHint')}</Empty>
  return (
    <div className={ui.tableWrap}>
      <table className={ui.table}>
        <caption className="sr-only">
          {t('panels.statement', { month: formatMonth(statement.month) })}
        </caption>
        <thead>
          <tr>
            <th>{t('panels.day')}</th>
            <th>{t('panels.receipt')}</th>
            <th>{t('panels.patient')}</th>
            <th className={ui.wideOnly}>{t('panels.reference')}</th>
            <th className={ui.num}>{t('billing.amount')}</th>
          </tr>
        </thead>
        <tbody>
          {data.map((line) => (
            <tr key={line.number}>
              <td>{formatDay(line.day)}</td>
              <td>{line.number}</td>
              <td>{line.patient.name}</td>
              <td className={ui.wideOnly}>{line.reference}</td>
              <td className={ui.num}>{formatRm(line.amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className={styles.total}>
            <th scope="row">{t('panels.total')}</th>
            <td>{t('panels.lines', { count: meta.lines, shown: formatCount(meta.lines) })}</td>
            <td />
            <td className={ui.wideOnly} />
            <td className={ui.num}>{formatRm(meta.total)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}
