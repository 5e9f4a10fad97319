import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { type LineRow, linesOf, SELECTED } from '../prescriptions/reads.ts'
import { type LineStatus, OPEN_LINES } from '../prescriptions/rules.ts'

/** A line with its patient and the ticket of its visit or group, as the driver gives it. */
export interface ItemRow extends LineRow {
  patient_name: string
  psychotropic: number
  group_uid: string | null
  consultation_status: string | null
  ticket_id: string | null
  ticket_number: string | null
  ticket_status: string | null
}

/** The ticket of a visit, or the one that those who came together share. */
const TICKET = `t.id = coalesce((select x.id from tickets x where x.visit_id = v.id),
  (select y.id from visits g join tickets y on y.visit_id = g.id where g.group_uid = v.group_uid limit 1))`

const items = (db: Db, name: string): Knex.QueryBuilder =>
  linesOf(db, name)
    .comment(`dispensing.${name}`)
    .join('visits as v', 'v.id', 'l.visit_id')
    .join('patients as p', 'p.id', 'l.patient_id')
    .leftJoin('consultations as c', 'c.visit_id', 'l.visit_id')
    .leftJoin('tickets as t', (join) => {
      join.on(db.raw(TICKET))
    })

const ITEM = [
  ...SELECTED,
  'p.name as patient_name',
  'm.psychotropic',
  'v.group_uid',
  'c.status as consultation_status',
  't.id as ticket_id',
  't.number as ticket_number',
  't.status as ticket_status',
]

/** Lines of signed prescriptions, the oldest first, one more than `limit` when there are more. */
export function listItems(
  db: Db,
  filter: { statuses: readonly LineStatus[]; visitId: string | undefined; after: string | undefined },
  limit: number,
): Promise<ItemRow[]> {
  const query = items(db, 'work')
    .whereIn('l.status', [...filter.statuses])
    .where((signed) => {
      signed.whereNull('c.status').orWhere('c.status', '<>', 'draft')
    })
    .orderBy('l.id')
    .limit(limit + 1)
  if (filter.visitId !== undefined) query.where('l.visit_id', filter.visitId)
  if (filter.after !== undefined) query.where('l.id', '>', filter.after)
  return reading(query.select(ITEM) as PromiseLike<ItemRow[]>)
}

export const findItem = (db: Db, id: string): Promise<ItemRow | undefined> =>
  reading(items(db, 'item').where('l.id', id).first(ITEM) as PromiseLike<ItemRow | undefined>)

/**
 * Locks the heads of the lines of a visit and of all who came with it, in the order of the visits: whoever moves a line
 * does this first, so that what is left of a ticket is known.
 */
export const lockHeads = (
  trx: Knex.Transaction,
  { visit_id, group_uid }: Pick<ItemRow, 'visit_id' | 'group_uid'>,
): PromiseLike<unknown> => {
  const visits = group_uid === null ? [visit_id] : trx('visits').where({ group_uid }).select('id')
  return trx('prescriptions')
    .comment('dispensing.lock-heads')
    .whereIn('visit_id', visits as string[])
    .orderBy('visit_id')
    .forUpdate()
    .select('visit_id')
}

/** What else is open on the ticket of a line, and how that ticket stands. */
export async function findRest(
  db: Db,
  { id, visit_id, group_uid, ticket_id }: ItemRow,
): Promise<{ open: number; status: string | null; version: number | null }> {
  const visits = group_uid === null ? [visit_id] : db('visits').where({ group_uid }).select('id')
  const open = db('prescription_lines')
    .whereIn('visit_id', visits as string[])
    .whereNot({ id })
    .whereIn('status', [...OPEN_LINES])
    .count('*')
  const ticket = (column: string) => db('tickets').where({ id: ticket_id }).select(column).as(column)
  const row = await reading(
    db
      .queryBuilder()
      .comment('dispensing.rest')
      .select(open.as('open'), ticket('status'), ticket('version'))
      .first() as PromiseLike<{ open: number; status: string | null; version: number | null }>,
  )
  return { ...row, open: Number(row.open) }
}

/** Columns that a move writes. */
export type Step = Partial<Record<string, string | number | null>>

/** Changes a line under the lock of its head, and raises its version. */
export const updateLine = (trx: Knex.Transaction, id: string, step: Step): PromiseLike<unknown> =>
  trx('prescription_lines')
    .comment('dispensing.step')
    .where({ id })
    .update({ ...step, version: trx.raw('version + 1') })
