import { DateTime } from 'luxon'
import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import type { AuditReview } from './schema.ts'

/** Looks outside these hours of the clinic's day are worth a question. */
const OPENS_HOUR = 7
const CLOSES_HOUR = 22
const LISTED_MAX = 50

interface Row {
  user_id: string | null
  username: string | null
  address: string | null
  times: string
  patients: string | null
  first_at: string
  last_at: string
}

const SUMS =
  'count(*) as times, count(distinct patient_id) as patients, min(at) as first_at, max(at) as last_at'

/** Entries of one kind of a span, by user or by address, the most first. */
async function byAction(
  db: Deps['db'],
  actions: readonly string[],
  span: readonly [string, string],
  by: 'user' | 'address',
): Promise<Row[]> {
  const who = by === 'user' ? 'user_id, username' : 'address'
  const [rows] = (await reading(
    db.raw(
      `/* audit.review */ select ${who}, ${SUMS} from audit_entries force index (audit_entries_action)
        where action in (${actions.map(() => '?').join(', ')}) and at >= ? and at < ?
        group by ${who} order by times desc limit ?`,
      [...actions, ...span, LISTED_MAX],
    ),
  )) as [Row[]]
  return rows
}

/** Looks at patients before opening and after closing, by user. */
async function afterHours(db: Deps['db'], spans: readonly (readonly [string, string])[]): Promise<Row[]> {
  const [rows] = (await reading(
    db.raw(
      `/* audit.review-hours */ select user_id, username, ${SUMS} from audit_entries force index (audit_entries_at)
        where (${spans.map(() => '(at >= ? and at < ?)').join(' or ')})
          and user_id is not null and outcome = 'ok'
          and (patient_id is not null or action in ('patients.search', 'patients.list', 'queue.list'))
        group by user_id, username order by times desc limit ?`,
      [...spans.flat(), LISTED_MAX],
    ),
  )) as [Row[]]
  return rows
}

/** Looks at records that are watched, by user. */
async function atWatched(db: Deps['db'], span: readonly [string, string]): Promise<Row[]> {
  const [rows] = (await reading(
    db.raw(
      `/* audit.review-watched */ select a.user_id, a.username, count(*) as times,
          count(distinct a.patient_id) as patients, min(a.at) as first_at, max(a.at) as last_at
        from patient_watches w join audit_entries a force index (audit_entries_patient)
          on a.patient_id = w.patient_id and a.at >= ? and a.at < ?
        where a.user_id is not null and a.action not like 'patients.%watch%'
        group by a.user_id, a.username order by times desc limit ?`,
      [...span, LISTED_MAX],
    ),
  )) as [Row[]]
  return rows
}

const timesOf = (row: Row) => ({
  times: Number(row.times),
  patients: Number(row.patients ?? 0),
  firstAt: fromSqlUtc(row.first_at) ?? '',
  lastAt: fromSqlUtc(row.last_at) ?? '',
})

const people = (rows: Row[]) =>
  rows.map((row) => ({
    user: { id: row.user_id === null ? null : String(row.user_id), username: row.username },
    ...timesOf(row),
  }))

const places = (rows: Row[]) => rows.map((row) => ({ address: row.address, ...timesOf(row) }))

/**
 * What of a clinic day somebody should look at: mass reading, looks after hours and at watched records, refusals, failed
 * sign-ins, rights.
 */
export async function reviewDay(deps: Pick<Deps, 'db' | 'config'>, day: string): Promise<AuditReview> {
  const midnight = DateTime.fromISO(day, { zone: deps.config.TZ_CLINIC })
  const at = (moment: DateTime) => toSqlUtc(moment.toJSDate())
  const whole = [at(midnight), at(midnight.plus({ days: 1 }))] as const
  const closed = [
    [whole[0], at(midnight.set({ hour: OPENS_HOUR }))],
    [at(midnight.set({ hour: CLOSES_HOUR })), whole[1]],
  ] as const
  const { db } = deps
  const [massReads, late, watched, denied, failed, blocked, rights] = await Promise.all([
    byAction(db, ['security.mass-read'], whole, 'user'),
    afterHours(db, closed),
    atWatched(db, whole),
    byAction(db, ['access.denied'], whole, 'user'),
    byAction(db, ['auth.login-failed', 'auth.code-asked'], whole, 'address'),
    byAction(db, ['security.block-automatic'], whole, 'address'),
    byAction(
      db,
      ['users.create', 'users.update', 'users.reset-password', 'users.remove-2fa', 'tokens.create'],
      whole,
      'user',
    ),
  ])
  return {
    day,
    massReads: people(massReads),
    afterHours: people(late),
    watched: people(watched),
    denied: people(denied),
    failedSignIns: places(failed),
    blocked: places(blocked),
    rightsChanged: people(rights),
  }
}
