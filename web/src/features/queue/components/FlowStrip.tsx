import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import { fetchQueueStats, queueKeys } from '../api.ts'
import type { QueueStats, Status } from '../types.ts'
import styles from './FlowStrip.module.css'

/** The day as it flows, left to right; who was taken off is no part of the picture. */
const FLOW = ['waiting', 'called', 'in_consultation', 'dispensing', 'payment', 'completed'] as const

/** The day in one strip: how many stand where, and how long waiting and consultation take. */
export function FlowStrip() {
  const { t } = useTranslation()
  const { data: stats } = useQuery({
    queryKey: queueKeys.stats,
    queryFn: ({ signal }) => fetchQueueStats(signal),
    staleTime: 0,
  })
  if (stats === undefined) return <div className={styles.strip} aria-hidden="true" />
  const countOf = (status: Status): number => stats.byStatus[status] ?? 0
  const shown = FLOW.filter((status) => countOf(status) > 0)
  return (
    <figure className={styles.strip}>
      <figcaption className={styles.caption}>
        <strong>{t('queue.today', { count: stats.total, shown: formatCount(stats.total) })}</strong>
        <Minutes label={t('queue.waitingTime')} of={stats.waiting} />
        <Minutes label={t('queue.consultationTime')} of={stats.consultation} />
      </figcaption>
      <div className={styles.bar} aria-hidden="true">
        {shown.map((status) => (
          <span key={status} data-status={status} style={{ flexGrow: countOf(status) }} />
        ))}
      </div>
      <ul className={styles.legend}>
        {FLOW.map((status) => (
          <li key={status}>
            <span className={styles.dot} data-status={status} aria-hidden="true" />
            {t(`queue.status.${status}`)} <b>{countOf(status)}</b>
          </li>
        ))}
      </ul>
    </figure>
  )
}

function Minutes({ label, of }: { label: string; of: QueueStats['waiting'] }) {
  const { t } = useTranslation()
  if (of.medianMin === null) return null
  return (
    <span>
      {label}{' '}
      {t('queue.medianAndP90', {
        median: Math.round(of.medianMin),
        p90: Math.round(of.p90Min ?? of.medianMin),
      })}
    </span>
  )
}
