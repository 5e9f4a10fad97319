import { writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { activeDoctor, doctorOfUser } from '../doctors/reads.ts'
import { AppError } from '../errors/app-error.ts'
import { ring } from '../events/outbox.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { applyChange, type ChangeContext, refuse } from './change.ts'
import { QUEUE } from './domain.ts'
import type { QueueWriteDeps, Who } from './enqueue.ts'
import { endOfLine, firstThree, holdNext } from './line.ts'
import type { TicketRow, TicketState } from './model.ts'
import { behindTwo, DIRECTED, nextState } from './next-state.ts'
import { findTicket } from './repository.ts'
import { type Destination, type MoveKind, moveKind, UNDO_WITHIN_MS } from './rules.ts'
import type { CallNextInput, MoveInput, Ticket } from './schema.ts'

async function contextOf(deps: QueueWriteDeps, who: Who): Promise<ChangeContext> {
  return { who, now: deps.clock.now(), names: (await settingsOf(deps))['display.names'] }
}

type Changed = Awaited<ReturnType<typeof applyChange>>

/** One transaction about one ticket, then the cache and the relay are told. Null when there was none to change. */
async function changing<T extends Changed | null>(
  deps: QueueWriteDeps,
  work: (trx: Knex.Transaction) => Promise<T>,
): Promise<T extends null ? Ticket | null : Ticket> {
  const ticket = await writing(deps, QUEUE, async (trx) => {
    const changed = await work(trx)
    return changed === null ? { result: null } : { result: changed.ticket, note: changed.note }
  })
  void ring(deps)
  return ticket as T extends null ? Ticket | null : Ticket
}

/** A ticket under its lock, for what another domain writes about it. Throws `not-found`. */
export async function lockTicket(trx: Knex.Transaction, id: string): Promise<TicketRow> {
  const row = await findTicket(trx, { id }, { lock: true })
  if (row === undefined) throw new AppError('not-found')
  return row
}

/** Who had the ticket before the call: a skipped patient of the shared line goes back to it. */
async function doctorBeforeCall(trx: Knex.Transaction, row: TicketRow): Promise<string | null> {
  const call = await trx('ticket_moves')
    .comment('queue.last-call')
    .where({ ticket_id: row.id, kind: 'call' })
    .orderBy('version', 'desc')
    .first('before_json')
  return call === undefined ? row.doctor_id : (JSON.parse(call.before_json) as TicketState).doctor_id
}

/** Where in the line a move puts the ticket, if it moves it there. */
async function placeFor(
  trx: Knex.Transaction,
  row: TicketRow,
  kind: MoveKind,
): Promise<Partial<TicketState>> {
  if (kind === 'skip') {
    const doctorId = await doctorBeforeCall(trx, row)
    return { ...behindTwo(row, await firstThree(trx, row, doctorId)), doctor_id: doctorId }
  }
  return kind === 'return' && row.status === 'no_show' ? endOfLine(trx, row) : {}
}

/** What another domain writes with a move, under the ticket's lock; failing, it undoes the move. */
export type WithMove = (
  trx: Knex.Transaction,
  before: Pick<TicketRow, 'id' | 'visit_id' | 'status'>,
) => Promise<void>

/** What another domain writes with the taking back of a move of this kind; failing, it keeps the move. */
export type WithUndo = (
  trx: Knex.Transaction,
  undone: Pick<TicketRow, 'id' | 'visit_id' | 'status'> & { kind: MoveKind },
) => Promise<void>

/**
 * Moves a ticket as the table of transitions allows; `also` is written in the same transaction. Throws `state/version` and `state/conflict` with the present
 * ticket, and then nothing was written; `rule/broken` for a doctor who does not work here.
 */
export async function moveTicket(
  deps: QueueWriteDeps,
  id: string,
  { to, version, reason, ...where }: MoveInput,
  who: Who,
  also?: WithMove,
): Promise<Ticket> {
  if (typeof where.doctorId === 'string') await activeDoctor(deps, where.doctorId)
  const context = await contextOf(deps, who)
  return changing(deps, async (trx) => {
    const row = await lockTicket(trx, id)
    if (row.version !== version) return refuse(trx, row, 'state/version')
    const kind = moveKind(row.status, to, where, { doctorId: row.doctor_id, room: row.room })
    if (kind === null) return refuse(trx, row, 'state/conflict')
    const isDirected = where.doctorId !== undefined || where.room !== undefined
    if (isDirected && !DIRECTED.includes(kind))
      return refuse(trx, row, 'state/conflict', 'This move takes no doctor and no room.')
    const next = nextState(row, to, kind, where as Destination, toSqlUtc(context.now))
    Object.assign(next, await placeFor(trx, row, kind))
    await also?.(trx, row)
    return applyChange(trx, row, { kind, next, reason }, context)
  })
}

/**
 * Takes back the last move of a ticket within ten minutes, once. With a version, only if nothing else happened since;
 * `also` is written in the same transaction.
 * Throws `state/conflict` with the present ticket when there is nothing to take back.
 */
export async function undoMove(
  deps: QueueWriteDeps,
  id: string,
  version: number | undefined,
  who: Who,
  also?: WithUndo,
): Promise<Ticket> {
  const context = await contextOf(deps, who)
  return changing(deps, async (trx) => {
    const row = await lockTicket(trx, id)
    if (version !== undefined && row.version !== version) return refuse(trx, row, 'state/version')
    const last = await trx('ticket_moves')
      .comment('queue.last-move')
      .where({ ticket_id: id, version: row.version })
      .first('kind', 'before_json', 'at')
    if (last === undefined || last.kind === 'undo')
      return refuse(trx, row, 'state/conflict', 'There is no move to take back.')
    const oldest = toSqlUtc(new Date(context.now.getTime() - UNDO_WITHIN_MS))
    if (last.at < oldest)
      return refuse(trx, row, 'state/conflict', 'The last move is more than ten minutes old.')
    await also?.(trx, { id, visit_id: row.visit_id, status: row.status, kind: last.kind })
    return applyChange(trx, row, { kind: 'undo', next: JSON.parse(last.before_json) }, context)
  })
}

/**
 * Calls whoever is next for a doctor (by default the one who is signed in) to a room: his own line and the shared one
 * together, by priority, then by place. Nobody is called twice, however many call at once. Null when nobody waits.
 */
export async function callNext(
  deps: QueueWriteDeps,
  { doctorId, room }: CallNextInput,
  who: Who,
): Promise<Ticket | null> {
  const doctor =
    doctorId === undefined ? await doctorOfUser(deps, who.userId ?? '') : await activeDoctor(deps, doctorId)
  const context = await contextOf(deps, who)
  return changing(deps, async (trx) => {
    const id = await holdNext(trx, clinicDay(context.now), doctor?.id ?? null)
    if (id === undefined) return null
    const row = (await findTicket(trx, { id })) as TicketRow
    const where = doctor === null ? { room } : { room, doctorId: doctor.id }
    const next = nextState(row, 'called', 'call', where, toSqlUtc(context.now))
    return applyChange(trx, row, { kind: 'call', next }, context)
  })
}
