import type { Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { Role } from '../rights/permissions.ts'
import { AUDIT_COLUMNS, type AuditRow } from './entry.ts'

/** Which entries are wanted; instants are UTC texts, `before` is the last entry of the page before. */
export interface AuditFilter {
  patient?: string | undefined
  user?: string | undefined
  action?: string | undefined
  from?: string | undefined
  to?: string | undefined
  before?: { at: string; id: string } | undefined
  /** Roles whose entries stay hidden unless they are about a patient. */
  hidden: readonly Role[]
}

export type FoundEntry = AuditRow & { id: string }

interface Part {
  sql: string
  values: unknown[]
}

const COLUMNS = ['id', ...AUDIT_COLUMNS.filter((column) => column !== 'uid')]
const columns = COLUMNS.map((column) => `e.${column}`).join(', ')

/** The one index that answers a question; left to itself the server takes the one by time and reads everything. */
const indexOf = ({ user, action }: AuditFilter): string => {
  if (user !== undefined) return 'audit_entries_user'
  return action === undefined ? 'audit_entries_at' : 'audit_entries_action'
}

/** Conditions on an entry's own columns and on the moment and id by which this part is ordered. */
function conditions(filter: AuditFilter, at: string, id: string): Part {
  const all: [string, ...unknown[]][] = []
  const { user, action, from, to, before, hidden, patient } = filter
  if (user !== undefined) all.push(['e.user_id = ?', user])
  if (action !== undefined) all.push(['e.action = ?', action])
  if (from !== undefined) all.push([`${at} >= ?`, from])
  if (to !== undefined) all.push([`${at} < ?`, to])
  if (before !== undefined)
    all.push([`${at} <= ? and (${at} < ? or ${id} < ?)`, before.at, before.at, before.id])
  if (patient === undefined && hidden.length > 0) {
    const marks = hidden.map(() => '?').join(', ')
    all.push([`(e.patient_id is not null or e.role is null or e.role not in (${marks}))`, ...hidden])
  }
  return {
    sql: all.map(([sql]) => ` and ${sql}`).join(''),
    values: all.flatMap(([, ...values]) => values),
  }
}

/** The statement that finds the newest `rows` entries; `select` is what of them is wanted. */
function found(filter: AuditFilter, rows: number, select: string): Part {
  const own = conditions(filter, 'e.at', 'e.id')
  const order = 'order by at desc, id desc limit ?'
  if (filter.patient === undefined) {
    return {
      sql: `select ${select} from audit_entries e force index (${indexOf(filter)}) where true${own.sql}
        order by e.at desc, e.id desc limit ?`,
      values: [...own.values, rows],
    }
  }
  const shown = conditions(filter, 's.at', 's.audit_id')
  // each half is cut at the same length, so neither reads more of a patient with a long history than is shown
  return {
    sql: `(select ${select} from audit_entries e force index (audit_entries_patient)
        where e.patient_id = ?${own.sql} order by e.at desc, e.id desc limit ?)
      union all
      (select ${select} from audit_shown s force index (audit_shown_patient)
        straight_join audit_entries e on e.id = s.audit_id
        where s.patient_id = ?${shown.sql} order by s.at desc, s.audit_id desc limit ?)
      ${order}`,
    values: [filter.patient, ...own.values, rows, filter.patient, ...shown.values, rows, rows],
  }
}

/** Entries, newest first. Reads by one index and stops after `skip + limit` entries of each half. */
export async function pageOfEntries(
  db: Knex,
  filter: AuditFilter,
  { skip, limit }: { skip: number; limit: number },
  signal?: AbortSignal,
): Promise<FoundEntry[]> {
  const { sql, values } = found(filter, skip + limit, columns)
  const query = db.raw(`/* audit.page */ ${sql}`, values as Knex.RawBinding[])
  const [rows] = (await reading(query, signal)) as [FoundEntry[]]
  return rows.slice(skip)
}

/** How many entries there are, counted up to `most`. */
export async function countEntries(
  db: Knex,
  filter: AuditFilter,
  most: number,
  signal?: AbortSignal,
): Promise<number> {
  const { sql, values } = found({ ...filter, before: undefined }, most, 'e.at, e.id')
  const query = db.raw(
    `/* audit.count */ select count(*) as n from (${sql}) found`,
    values as Knex.RawBinding[],
  )
  const [[{ n }]] = (await reading(query, signal)) as [[{ n: string }]]
  return Number(n)
}

export interface TouchedRow {
  patient_id: string
  times: string
  first_at: string
  last_at: string
}

/** Which patients are wanted; instants are UTC texts, `after` the last one of the page before. */
export interface TouchedFilter {
  user: string
  from?: string | undefined
  to?: string | undefined
  after: string
  limit: number
}

/** Patients whose records a user touched or was shown, by id. Costs one pass over that user's entries. */
export async function pageOfTouched(
  db: Knex,
  { user, from, to, after, limit }: TouchedFilter,
  signal?: AbortSignal,
): Promise<TouchedRow[]> {
  const span = `${from === undefined ? '' : ' and e.at >= ?'}${to === undefined ? '' : ' and e.at < ?'}`
  const own = [user, ...[from, to].filter((each) => each !== undefined), after]
  const query = db.raw(
    `/* audit.touched */ select patient_id, count(*) as times, min(at) as first_at, max(at) as last_at from (
      select e.patient_id, e.at from audit_entries e force index (audit_entries_user)
        where e.user_id = ?${span} and e.patient_id > ?
      union all
      select s.patient_id, e.at from audit_entries e force index (audit_entries_user)
        straight_join audit_shown s on s.audit_id = e.id
        where e.user_id = ?${span} and s.patient_id > ?
    ) touched group by patient_id order by patient_id limit ?`,
    [...own, ...own, limit],
  )
  const [rows] = (await reading(query, signal)) as [TouchedRow[]]
  return rows
}
