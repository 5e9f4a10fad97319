import type { Knex } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { ENDED } from '../queue/rules.ts'

/** A ticket that is not over. */
export interface OpenTicket {
  id: string
  number: string
  status: string
}

/**
 * Refuses what must not happen to people who are in the clinic, with `state/conflict` naming their tickets: alone on a
 * ticket or in a group. Their rows are locked by the caller; a new ticket holds them too, so none can come meanwhile.
 * Asks the queue's tables itself, because the queue is built on the patients.
 */
export async function refuseInClinic(
  trx: Knex.Transaction,
  ids: readonly string[],
  detail: string,
): Promise<void> {
  const open = (query: Knex.QueryBuilder) =>
    query.whereNotIn('t.status', [...ENDED]).select('t.id', 't.number', 't.status')
  const alone = open(trx('tickets as t').whereIn('t.patient_id', [...ids]))
  const together = open(
    trx('visits as v')
      .join('visits as g', 'g.group_uid', 'v.group_uid')
      .join('tickets as t', 't.visit_id', 'g.id')
      .whereIn('v.patient_id', [...ids]),
  )
  const tickets = (await trx.union([alone, together]).comment('patients.open-tickets')) as OpenTicket[]
  if (tickets.length > 0) throw new AppError('state/conflict', { detail, extra: { current: { tickets } } })
}
