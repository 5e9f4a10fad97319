import type { TicketRow, TicketState } from './model.ts'
import type { Destination, MoveKind, Status } from './rules.ts'

const MS_PER_S = 1000

const sqlMs = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`)
/** Whole seconds from one stored instant to another; never negative, clocks of two processes may differ a little. */
const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Math.round((sqlMs(to) - sqlMs(from)) / MS_PER_S))

/** Moves that may name a doctor or a room. */
export const DIRECTED: readonly MoveKind[] = ['call', 'recall', 'start', 'transfer']

/** The times that a state writes when a ticket comes into it. */
const ENTERED: Partial<Record<Status, keyof TicketState>> = {
  called: 'called_at',
  in_consultation: 'consultation_at',
  dispensing: 'dispensing_at',
  payment: 'payment_at',
  completed: 'ended_at',
  cancelled: 'ended_at',
}

/**
 * What a move changes of a ticket, but for its place in the line. Waiting ends with the first call or, without one,
 * with the consultation; consultations of one visit add up.
 */
export function nextState(
  row: TicketRow,
  to: Status,
  kind: MoveKind,
  where: Destination,
  at: string,
): Partial<TicketState> {
  const next: Partial<TicketState> = { status: to, status_at: at }
  const entered = ENTERED[to]
  if (entered !== undefined) Object.assign(next, { [entered]: at })
  if ((to === 'called' || to === 'in_consultation') && row.waited_s === null)
    next.waited_s = secondsBetween(row.created_at, at)
  if (row.status === 'in_consultation')
    next.consulted_s = (row.consulted_s ?? 0) + secondsBetween(row.consultation_at ?? at, at)
  if (where.doctorId !== undefined) next.doctor_id = where.doctorId
  if (where.room !== undefined) next.room = where.room
  // who goes back to the line is not expected in the room that called
  else if (to === 'waiting' && row.status !== 'waiting') next.room = null
  return kind === 'recall' ? { ...next, waited_s: row.waited_s } : next
}

type Spot = Pick<TicketState, 'line_rank' | 'place'>

const isBefore = (a: Spot, b: Spot): boolean =>
  a.line_rank < b.line_rank || (a.line_rank === b.line_rank && a.place < b.place)

/**
 * The place behind the next two of a line, between the second and whoever follows; one's own where that is further
 * back already. `line` holds the first three who wait.
 */
export function behindTwo(own: Spot, line: readonly Spot[]): Spot {
  const second = line[Math.min(1, line.length - 1)]
  if (second === undefined || isBefore(second, own)) return { line_rank: own.line_rank, place: own.place }
  const third = line[2]
  const place =
    third === undefined || third.line_rank !== second.line_rank
      ? second.place + 1
      : (second.place + third.place) / 2
  return { line_rank: second.line_rank, place }
}
