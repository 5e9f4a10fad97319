import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { invalidate } from '../cache/invalidate.ts'
import { noteInvalidation } from '../cache/notes.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { medicinesInsertion } from '../dashboard/commands.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { madeBefore, type Once, onceInsertion, onceOf } from '../db/idempotency.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { addEvent, ring } from '../events/outbox.ts'
import { raiseHead } from '../prescriptions/commands.ts'
import { type LineMove, type LineStatus, lineAfter } from '../prescriptions/rules.ts'
import { moveTicket } from '../queue/commands.ts'
import { presentTicket } from '../queue/reads.ts'
import { putBack, takeStock } from '../stock/commands.ts'
import { STOCK } from '../stock/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { DISPENSING, getItem, itemOf, viewItem } from './reads.ts'
import { findRest, type ItemRow, lockHeads, type Step, updateLine } from './repository.ts'
import type { DispensingItem, ReturnInput } from './schema.ts'

type Who = Omit<AuditEntry, 'action' | 'outcome'>
export type DispensingDeps = WriteDeps & Pick<Deps, 'redis'>

/** What is done to a line. */
export type DispensingStep =
  | { move: 'prepare' | 'hand-over'; version: number }
  | ({ move: 'return' } & ReturnInput)

/** Kind of the thing that a request under an `Idempotency-Key` made. */
const ENTITY = 'prescription_line'
const TRIES = 6

/** Says that the ticket or the rest of its lines changed under the hands: everything is looked at anew. */
class Changed extends Error {}

/** One attempt: who, when, which line, what is done, and whether it was the last one of its ticket. */
interface Attempt {
  id: string
  step: DispensingStep
  who: Who
  now: Date
  once: Once | undefined
  isLast: boolean
  /** Numbers of notes for the cache by domain, as the transaction wrote them. */
  notes: Map<string, string>
}

/** When and by whom, under the names of the columns. */
function stamp(to: LineStatus, { step, who, now }: Attempt): Step {
  return {
    status: to,
    [`${to}_by`]: who.userId ?? null,
    [`${to}_at`]: toSqlUtc(now),
    ...(step.move === 'return' ? { return_reason: step.reason } : {}),
  }
}

function refusal(row: ItemRow, code: 'state/version' | 'state/conflict', detail?: string, extra = {}) {
  const all = { current: viewItem(row), ...extra }
  return new AppError(code, detail === undefined ? { extra: all } : { detail, extra: all })
}

/** Where the step leads; throws what forbids it. */
function nextOf(row: ItemRow, { move, version }: { move: LineMove; version: number }): LineStatus {
  if (row.version !== version) throw refusal(row, 'state/version')
  const to = lineAfter(row.status, move)
  if (to === null) throw refusal(row, 'state/conflict')
  if (row.consultation_status === 'draft')
    throw refusal(row, 'state/conflict', 'The doctor has not signed this yet.')
  return to
}

/** What the step does to the shelf and to the figures of the day; answers whether stock moved. */
async function moveStock(trx: Knex.Transaction, row: ItemRow, { step, who, now }: Attempt): Promise<boolean> {
  const line = { lineId: row.id, patientId: row.patient_id, medicationId: row.medication_id }
  const by = { userId: who.userId, now }
  if (step.move === 'hand-over') {
    const short = await takeStock(trx, [{ ...line, quantity: row.quantity }], by)
    if (short.length === 0) return true
    const [{ available } = { available: 0 }] = short
    throw refusal(row, 'state/conflict', 'There is not enough of this medicine in stock.', { available })
  }
  if (step.move !== 'return' || row.status !== 'handed_over') return false
  await medicinesInsertion(trx, [row.id], -1)
  if (step.restock) await putBack(trx, [line], step.reason, by)
  return step.restock
}

async function tell(trx: Knex.Transaction, row: ItemRow, now: Date): Promise<void> {
  if (row.ticket_id === null) return
  const entity = await presentTicket(trx, { id: row.ticket_id })
  await addEvent(trx, { topic: 'queue', body: { type: 'queue.updated', at: now.toISOString(), entity } })
}

/** Everything of one step but the ticket's own move, under the locks of the heads. */
async function apply(trx: Knex.Transaction, seen: ItemRow, attempt: Attempt): Promise<void> {
  const { id, step, who, now, once, isLast, notes } = attempt
  await lockHeads(trx, seen)
  const row = await itemOf(trx, id)
  const to = nextOf(row, step)
  const rest = await findRest(trx, row)
  const leaves = step.move !== 'prepare' && rest.open === 0 && rest.status === 'dispensing'
  if (leaves !== isLast) throw new Changed()
  const moved = await moveStock(trx, row, attempt)
  await updateLine(trx, id, stamp(to, attempt))
  if (step.move === 'hand-over') await medicinesInsertion(trx, [id], 1)
  await raiseHead(trx, [row.visit_id], who.userId ?? null, toSqlUtc(now))
  await writeAudit(
    trx,
    {
      ...who,
      action: `dispensing.${step.move}`,
      entity: ENTITY,
      entityId: id,
      patientId: row.patient_id,
      outcome: 'ok',
      detail: { from: row.status, to, version: row.version + 1 },
    },
    now,
  )
  if (once !== undefined) await onceInsertion(trx, once, ENTITY, id)
  if (moved) notes.set(STOCK, await noteInvalidation(trx, { domain: STOCK }))
  if (isLast) notes.set(DISPENSING, await noteInvalidation(trx, { domain: DISPENSING }))
  else await tell(trx, row, now)
}

/** The ticket was moved by somebody else between the look and the lock. */
const isTicketMoved = (error: unknown): boolean =>
  error instanceof AppError &&
  /^state\/(version|conflict)$/.test(error.code) &&
  typeof (error.extra?.current as { number?: unknown } | undefined)?.number === 'string'

/** One attempt at a step, with the ticket's move where it is the last one. */
async function carryOut(deps: DispensingDeps, attempt: Attempt, seen: ItemRow, version: number | null) {
  // a transaction that is repeated after a deadlock writes its notes again
  const work = (trx: Knex.Transaction) => {
    attempt.notes.clear()
    return apply(trx, seen, attempt)
  }
  if (attempt.isLast && seen.ticket_id !== null && version !== null)
    await moveTicket(deps, seen.ticket_id, { to: 'payment', version }, attempt.who, work)
  else
    await writing(deps, DISPENSING, async (trx) => {
      await work(trx)
      return { result: undefined }
    })
  for (const [domain, note] of attempt.notes) await invalidate(deps, { domain, note })
}

/**
 * Prepares a line, hands it over (stock goes down, first expiring first) or brings it back, once under a key. With the
 * last open line of a ticket that waits in the dispensary, the ticket goes on to payment in the same transaction.
 * Throws `state/version` and `state/conflict` with the present line, also where there is not enough in stock.
 */
export async function moveLine(
  deps: DispensingDeps,
  id: string,
  step: DispensingStep,
  who: Who,
  key?: string,
): Promise<DispensingItem> {
  const request = onceOf(who.userId, key, ['dispensing', id, step])
  const made = async () => request !== undefined && (await madeBefore(deps.db, request, ENTITY)) !== undefined
  if (await made()) return getItem(deps, id)
  for (let attempt = 1; ; attempt++) {
    const seen = await itemOf(deps.db, id)
    const rest = await findRest(deps.db, seen)
    const isLast = step.move !== 'prepare' && rest.open === 0 && rest.status === 'dispensing'
    const now = deps.clock.now()
    try {
      await carryOut(
        deps,
        { id, step, who, now, once: request, isLast, notes: new Map() },
        seen,
        rest.version,
      )
      void ring(deps)
      return getItem(deps, id)
    } catch (error) {
      if (isDuplicateKey(error) && (await made())) return getItem(deps, id)
      if (!(error instanceof Changed) && !isTicketMoved(error)) throw error
      if (attempt === TRIES) throw new AppError('unavailable/busy', { retryAfterS: 1, cause: error })
    }
  }
}
