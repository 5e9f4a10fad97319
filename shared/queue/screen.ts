import { type Cached, cachedList } from '../cache/read-cache.ts'
import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { settingsOf } from '../settings/reads.ts'
import { fromSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { QUEUE, type QueueReadDeps } from './domain.ts'
import type { Place, Screen } from './schema.ts'
import {
  callOf,
  countAhead,
  findBySlip,
  listCalled,
  listNextNumbers,
  listRecentCalls,
} from './screen-repository.ts'
import { hashSlip } from './slip.ts'
import { viewOnScreen } from './view.ts'
import { waitingRange } from './waiting-range.ts'

const SCREEN_TTL_S = 60
const PLACE_TTL_S = 60
const CALLS_LOOKED_AT = 21
const MS_PER_S = 1000
const DAY_MS = 24 * 3_600_000

/** What a screen of the waiting room shows: the latest calls, and whose turn comes next. Numbers and masked names only. */
export async function getScreen(deps: QueueReadDeps): Promise<Cached> {
  const day = clinicDay(deps.clock.now())
  const ask = { domain: QUEUE, variant: 'screen-1', key: day, ttlS: SCREEN_TTL_S }
  return cachedList(deps, ask, async (): Promise<Screen> => {
    const settings = await settingsOf(deps)
    const rows = settings['display.rows']
    const [called, waiting] = await Promise.all([
      listCalled(deps.db, day, rows),
      listNextNumbers(deps.db, day, rows),
    ])
    const calls = called.map((row) => {
      const patient = { id: '', name: row.patient_name, clinicNumber: '' }
      const seen = viewOnScreen({ ...row, callId: row.call_id, patient }, settings['display.names'])
      return { ...seen, calledAt: fromSqlUtc(row.called_at) ?? '', version: row.version }
    })
    return {
      day,
      clinicName: settings['clinic.name'],
      languages: settings['display.languages'],
      calls,
      waiting,
    }
  })
}

const secondsApart = (times: readonly string[]): number[] => {
  const ms = times.map((text) => Date.parse(fromSqlUtc(text) ?? '')).sort((a, b) => a - b)
  return ms.slice(1).map((at, n) => (at - (ms[n] as number)) / MS_PER_S)
}

async function readPlace(db: Db, slipHash: string, firstDay: string): Promise<Place | null> {
  const row = await findBySlip(db, slipHash)
  if (row === undefined || row.day < firstDay) return null
  const { day, number, status } = row
  const shown = { day, number, status, room: status === 'called' ? row.room : null }
  if (status !== 'waiting') return { ...shown, ahead: null, wait: null }
  const ahead = await countAhead(db, row)
  const calls = await listRecentCalls(db, day, CALLS_LOOKED_AT)
  return { ...shown, ahead, wait: waitingRange(ahead, secondsApart(calls)) }
}

/**
 * Where the holder of a slip stands: place in the line and a range of minutes, nothing personal. Null for a token of
 * nobody, or of a day before yesterday.
 */
export async function getPlace(deps: QueueReadDeps, token: string): Promise<Cached | null> {
  const firstDay = clinicDay(deps.clock.now().getTime() - DAY_MS)
  const hash = hashSlip(token)
  const ask = { domain: QUEUE, variant: 'place-1', key: hash, ttlS: PLACE_TTL_S }
  const found = await cachedList(deps, ask, () => readPlace(deps.db, hash, firstDay))
  return found.json.toString('latin1') === 'null' ? null : found
}

/** The ticket of a call made today; undefined for any other id. */
export async function callOfToday(
  deps: Pick<QueueReadDeps, 'clock'>,
  db: Db,
  callId: string,
): Promise<{ ticketId: string; number: string } | undefined> {
  const row = await reading(callOf(db, callId, clinicDay(deps.clock.now())))
  return row === undefined ? undefined : { ticketId: row.id, number: row.number }
}
