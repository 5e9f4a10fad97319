import { type Cached, cachedList } from '../cache/read-cache.ts'
import { settingsOf } from '../settings/reads.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { QUEUE, type QueueReadDeps } from './domain.ts'
import { STATUSES, type Status } from './rules.ts'
import type { PENDING, PendingActions, QueueStats } from './schema.ts'
import { listFigures, listOpen, type OpenRow } from './stats-repository.ts'

const STATS_TTL_S = 60
/** Waiting grows with the clock, not only with writes, so these answers are young. */
const PENDING_TTL_S = 15
const S_PER_MIN = 60
const MS_PER_MIN = 60_000

/** The value that a share of the values does not exceed (nearest rank), in minutes with one decimal; null of none. */
function quantileMin(sortedS: readonly number[], share: number): number | null {
  const value = sortedS[Math.max(0, Math.ceil(sortedS.length * share) - 1)]
  return value === undefined ? null : Math.round((value / S_PER_MIN) * 10) / 10
}

function minutesOf(seconds: (number | null)[]): QueueStats['waiting'] {
  const sorted = seconds.filter((each) => each !== null).sort((a, b) => a - b)
  return { count: sorted.length, medianMin: quantileMin(sorted, 0.5), p90Min: quantileMin(sorted, 0.9) }
}

/** A day's tickets by state and the minutes they took, from one statement over an index; cached until the next change. */
export async function getQueueStats(deps: QueueReadDeps, asked: string | undefined): Promise<Cached> {
  const day = asked ?? clinicDay(deps.clock.now())
  const ask = { domain: QUEUE, variant: 'stats-1', key: day, ttlS: STATS_TTL_S }
  return cachedList(deps, ask, async (): Promise<QueueStats> => {
    const rows = await listFigures(deps.db, day)
    const byStatus = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<Status, number>
    for (const { status } of rows) byStatus[status]++
    // somebody who was sent back to the line has not ended the consultation for good
    const done = rows.filter(({ status }) => status !== 'in_consultation' && status !== 'waiting')
    return {
      day,
      total: rows.length,
      byStatus,
      waiting: minutesOf(rows.map(({ waited_s }) => waited_s)),
      consultation: minutesOf(done.map(({ consulted_s }) => consulted_s)),
    }
  })
}

type Action = (typeof PENDING)[number]

function actionOf(row: OpenRow, limits: { waitingBefore: string; calledBefore: string }): Action | null {
  switch (row.status) {
    case 'waiting':
      return row.status_at < limits.waitingBefore ? 'waiting-long' : null
    case 'called':
      return row.status_at < limits.calledBefore ? 'called-not-come' : null
    case 'on_hold':
      return 'on-hold'
    case 'dispensing':
      return 'dispensing'
    case 'payment':
      return 'payment'
    default:
      return null
  }
}

/** What somebody should see to today, the oldest first: no names, so that it may stand on any screen of the staff. */
export async function getPendingActions(deps: QueueReadDeps): Promise<Cached> {
  const now = deps.clock.now()
  const day = clinicDay(now)
  const ask = { domain: QUEUE, variant: 'pending-1', key: day, ttlS: PENDING_TTL_S }
  return cachedList(deps, ask, async (): Promise<PendingActions> => {
    const settings = await settingsOf(deps)
    const ago = (minutes: number) => toSqlUtc(new Date(now.getTime() - minutes * MS_PER_MIN))
    const limits = {
      waitingBefore: ago(settings['queue.waitingWarnMin']),
      calledBefore: ago(settings['queue.calledLimitMin']),
    }
    const data = (await listOpen(deps.db, day)).flatMap((row) => {
      const action = actionOf(row, limits)
      const { id: ticketId, number, room, doctor_id: doctorId } = row
      return action === null
        ? []
        : [{ action, ticketId, number, room, doctorId, sinceAt: fromSqlUtc(row.status_at) ?? '' }]
    })
    return { data, meta: { day, total: data.length } }
  })
}
