import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { TICKET_COLUMNS, type TicketRow } from './model.ts'
import { ENDED, type Status } from './rules.ts'

/** Which tickets; `doctorId` null: the shared line, undefined: all. */
export interface TicketFilter {
  day: string
  statuses?: readonly Status[] | undefined
  doctorId?: string | null | undefined
}

const COLUMNS = [
  ...TICKET_COLUMNS.map((column) => `t.${column}`),
  'p.name as patient_name',
  'ap.id as appointment_id',
]

const tickets = (db: Db, name: string): Knex.QueryBuilder =>
  db('tickets as t')
    .comment(`queue.${name}`)
    .join('patients as p', 'p.id', 't.patient_id')
    .leftJoin('appointments as ap', 'ap.ticket_id', 't.id')

function narrow(query: Knex.QueryBuilder, { day, statuses, doctorId }: TicketFilter): void {
  query.where('t.day', day)
  if (statuses !== undefined) query.whereIn('t.status', [...statuses])
  if (doctorId === null) query.whereNull('t.doctor_id')
  else if (doctorId !== undefined) query.where('t.doctor_id', doctorId)
}

/** Tickets in the order of their numbers, after an id or so many rows deep. */
export function listTickets(
  db: Db,
  filter: TicketFilter,
  from: { after: string } | { skip: number },
  limit: number,
): Promise<TicketRow[]> {
  const query = tickets(db, 'list')
  narrow(query, filter)
  if ('after' in from) query.where('t.id', '>', from.after)
  else if (from.skip > 0) query.offset(from.skip)
  return reading(query.orderBy('t.id').limit(limit).select(COLUMNS) as PromiseLike<TicketRow[]>)
}

export async function countTickets(db: Db, filter: TicketFilter): Promise<number> {
  const query = db('tickets as t').comment('queue.count')
  narrow(query, filter)
  const row = await reading(query.count({ n: '*' }).first() as PromiseLike<{ n: number } | undefined>)
  return Number(row?.n ?? 0)
}

/** One ticket; with `lock` its own row (not the patient's) is kept from others until the transaction ends. */
export async function findTicket(
  db: Db,
  where: { id: string } | { visit_id: string } | { slip_hash: string },
  options: { lock?: boolean } = {},
): Promise<TicketRow | undefined> {
  const [[column, value]] = Object.entries(where) as [[string, string]]
  if (options.lock) {
    const own = await reading(
      db('tickets').comment('queue.lock').where(column, value).forUpdate().first('id') as PromiseLike<
        { id: string } | undefined
      >,
    )
    if (own === undefined) return undefined
  }
  const found = tickets(db, 'find').where(`t.${column}`, value).first(COLUMNS)
  return reading(found as PromiseLike<TicketRow | undefined>)
}

/** Tickets that are not over and show a patient, by their ids: his own, and those of groups he came in. */
export async function openTicketsOf(db: Db, patientId: string): Promise<string[]> {
  const alone = db('tickets')
    .where('patient_id', patientId)
    .whereNotIn('status', [...ENDED])
    .select('id')
  const together = db('visits as v')
    .join('visits as g', 'g.group_uid', 'v.group_uid')
    .join('tickets as t', 't.visit_id', 'g.id')
    .where('v.patient_id', patientId)
    .whereNotIn('t.status', [...ENDED])
    .select('t.id')
  const found = db.union([alone, together]).comment('queue.open-of').orderBy('id')
  return (await reading(found as PromiseLike<{ id: string | number }[]>)).map(({ id }) => String(id))
}

/** Everybody of some groups, in the order in which they were named. */
export async function listMembers(
  db: Db,
  groupUids: readonly string[],
): Promise<{ group_uid: string; id: string; name: string }[]> {
  if (groupUids.length === 0) return []
  return reading(
    db('visits as v')
      .comment('queue.members')
      .join('patients as p', 'p.id', 'v.patient_id')
      .whereIn('v.group_uid', [...groupUids])
      .orderBy('v.id')
      .select('v.group_uid', 'p.id', 'p.name') as PromiseLike<
      { group_uid: string; id: string; name: string }[]
    >,
  )
}
