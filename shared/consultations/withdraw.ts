import { writeAudit } from '../audit/write.ts'
import type { Knex } from '../db/connect.ts'
import { isReferenced } from '../db/errors.ts'
import { AppError } from '../errors/app-error.ts'
import type { WithUndo } from '../queue/commands.ts'
import { about, type ConsultationWriteDeps, type Who } from './domain.ts'
import { type ConsultationRow, isEmpty } from './model.ts'
import { findConsultation } from './repository.ts'
import { presentTicket } from './ticket.ts'

/** Consultations of a visit and of those who came with it, kept from everybody else until the transaction ends. */
async function holdConsultations(trx: Knex.Transaction, visitId: string): Promise<ConsultationRow[]> {
  const ids = (await trx('consultations')
    .comment('consultations.hold')
    .whereIn('visit_id', (visits) =>
      visits
        .select('v.id')
        .from('visits as v')
        .where('v.id', visitId)
        .unionAll((group) =>
          group
            .select('g.id')
            .from('visits as h')
            .join('visits as g', 'g.group_uid', 'h.group_uid')
            .where('h.id', visitId),
        ),
    )
    .forUpdate()
    .pluck('id')) as string[]
  const rows: ConsultationRow[] = []
  for (const id of new Set(ids)) rows.push((await findConsultation(trx, { id })) as ConsultationRow)
  return rows
}

const wasOrdered = async (trx: Knex.Transaction, { visit_id }: ConsultationRow): Promise<boolean> =>
  (await trx('prescription_lines').comment('consultations.ordered').where({ visit_id }).first('id')) !==
  undefined

/** Deletes consultations to which nothing refers: no earlier state, no certificate. Answers whether it could. */
async function removeRows(trx: Knex.Transaction, ids: readonly string[]): Promise<boolean> {
  try {
    await trx('consultations').comment('consultations.withdraw').whereIn('id', ids).delete()
    return true
  } catch (error) {
    if (isReferenced(error)) return false
    throw error
  }
}

/**
 * What taking back the start of a consultation means here: drafts in which nothing was written go; one with a word in
 * it keeps the move, with `state/conflict` and the ticket as it is. Other moves are none of its business.
 */
export const withdrawEmpty =
  (deps: Pick<ConsultationWriteDeps, 'clock'>, who: Who): WithUndo =>
  async (trx, { id, visit_id, kind }) => {
    if (kind !== 'start') return
    const rows = await holdConsultations(trx, visit_id)
    if (rows.length === 0) return
    let isUsed = false
    for (const row of rows) isUsed ||= row.status !== 'draft' || !isEmpty(row) || (await wasOrdered(trx, row))
    const ids = rows.map((row) => row.id)
    if (isUsed || !(await removeRows(trx, ids)))
      throw new AppError('state/conflict', {
        detail: 'Something has been written in this consultation.',
        extra: { current: await presentTicket(trx, { ticket_id: id }) },
      })
    const entries = rows.map((row) => about(who, row, 'withdraw'))
    await writeAudit(trx, entries, deps.clock.now())
  }
