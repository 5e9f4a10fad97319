import { writing } from '../cache/writing.ts'
import { AppError } from '../errors/app-error.ts'
import { moveTicket } from '../queue/commands.ts'
import type { Ticket } from '../queue/schema.ts'
import { toSqlUtc } from '../units/clock.ts'
import { about, CONSULTATIONS, type ConsultationWriteDeps, type Who, writingDoctor } from './domain.ts'
import { ownConsultation, writeOrRefuse } from './draft.ts'
import { type ConsultationRow, isEmpty, readProcedures } from './model.ts'
import { openThings } from './repository.ts'
import type { Consultation, SignInput } from './schema.ts'
import { presentTicket } from './ticket.ts'
import { viewConsultation } from './view.ts'
import type { ConsultationWrite } from './write.ts'

/** A ticket that the front desk moves at the same moment is tried again. */
const TRIES = 3

type Next = NonNullable<SignInput['next']>

const costs = (row: ConsultationRow): boolean =>
  (row.fee_sen ?? 0) > 0 || readProcedures(row.procedures).some(({ priceSen }) => priceSen > 0)

/** Where the patient goes: as the doctor says, else by what is left to do; null while others of the group sit here. */
async function nextOf(
  deps: ConsultationWriteDeps,
  row: ConsultationRow,
  said: Next | undefined,
): Promise<Next | null> {
  if (said !== undefined) return said
  const { lines, others } = await openThings(deps.db, row.visit_id)
  if (others > 0) return null
  if (lines > 0) return 'dispensing'
  return costs(row) ? 'payment' : 'completed'
}

const isTicketMoved = (error: unknown, ticket: Ticket): boolean =>
  error instanceof AppError &&
  error.code === 'state/version' &&
  (error.extra?.current as { number?: string } | undefined)?.number === ticket.number

/**
 * Signs a draft, and sends the patient on in the same transaction if he still sits with the doctor. Throws as
 * `saveDraft`, and `rule/broken` where nothing was written.
 */
export async function signConsultation(
  deps: ConsultationWriteDeps,
  id: string,
  { version, next: said }: SignInput,
  who: Who,
): Promise<Consultation> {
  const doctor = await writingDoctor(deps, who)
  const seen = await ownConsultation(deps, id, version, 'sign', doctor)
  if (isEmpty(seen))
    throw new AppError('rule/broken', { detail: 'There is nothing to sign: nothing has been written.' })
  const now = deps.clock.now()
  const signed_at = toSqlUtc(now)
  const after: ConsultationRow = { ...seen, status: 'signed', signed_at, version: version + 1 }
  const next = await nextOf(deps, seen, said)
  const write: ConsultationWrite = {
    seen,
    changes: { status: 'signed', signed_at },
    kept: { kind: 'signed', of: after, userId: who.userId ?? '', reason: null },
    audit: about(who, seen, 'sign', { version: after.version, next }),
    now,
  }
  for (let attempt = 1; ; attempt++) {
    const ticket = next === null ? null : await presentTicket(deps.db, seen)
    if (next === null || ticket?.status !== 'in_consultation') {
      await writing(deps, CONSULTATIONS, async (trx) => ({ result: await writeOrRefuse(trx, write) }))
      return viewConsultation(after)
    }
    try {
      const move = { to: next, version: ticket.version }
      await moveTicket(deps, ticket.id, move, who, (trx) => writeOrRefuse(trx, write))
      return viewConsultation(after)
    } catch (error) {
      if (!isTicketMoved(error, ticket) || attempt === TRIES) throw error
    }
  }
}
