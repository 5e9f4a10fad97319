import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { shared } from './bounded.ts'
import { gauge } from './metric-sources.ts'
import type { MetricSource } from './metrics.ts'

const FRESH_MS = 15_000
const LOST_MS = 45_000
const LIMIT_MS = 1500

/** Letters that could not be sent: those that still wait, and those that were given up within a day. */
export function mailsSource(db: Db): MetricSource {
  const look = shared(
    () =>
      reading<{ oldest_s: number | null; failed: number | null }[]>(
        db('mails')
          .comment('ops.mails')
          .timeout(LIMIT_MS)
          .select(
            db.raw(`timestampdiff(second, min(if(status = 'waiting', created_at, null)), utc_timestamp(3)) as oldest_s,
              sum(status = 'failed' and ended_at > utc_timestamp(3) - interval 1 day) as failed`),
          ),
      ),
    FRESH_MS,
    LOST_MS,
  )
  return (registry) => {
    gauge(registry, {
      name: 'clinic_mails_oldest_seconds',
      help: 'Age of the oldest mail that still waits to be sent',
      read: async () => Number((await look())[0]?.oldest_s ?? 0),
    })
    gauge(registry, {
      name: 'clinic_mails_failed',
      help: 'Mails given up within the last day',
      read: async () => Number((await look())[0]?.failed ?? 0),
    })
  }
}
