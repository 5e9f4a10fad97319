import { inTurn } from '../queue/live.ts'
import type { Ticket } from '../queue/types.ts'

/** The queue as a doctor looks at it. */
export interface DoctorLines {
  /** Who sits with him now. */
  inside: Ticket[]
  /** Who waits for him. */
  own: Ticket[]
  /** Who waits for whoever is free. */
  shared: Ticket[]
  /** Who sits with somebody else. */
  elsewhere: Ticket[]
}

/** Parts the board for a doctor; somebody who is no doctor sees the shared line and who is with whom. */
export function linesFor(tickets: readonly Ticket[], doctorId: string | null): DoctorLines {
  const isMine = (ticket: Ticket) => doctorId !== null && ticket.doctorId === doctorId
  const waits = tickets.filter(({ status }) => status === 'waiting' || status === 'called')
  const inside = tickets.filter(({ status }) => status === 'in_consultation')
  const called = (ticket: Ticket) => (ticket.status === 'called' ? 0 : 1)
  const order = (a: Ticket, b: Ticket) => called(a) - called(b) || inTurn(a, b)
  return {
    inside: inside.filter(isMine).toSorted(inTurn),
    own: waits.filter(isMine).toSorted(order),
    shared: waits.filter(({ doctorId: of }) => of === null).toSorted(order),
    elsewhere: inside.filter((ticket) => !isMine(ticket)).toSorted(inTurn),
  }
}

/** In the order in which the arrow keys go through them. */
export const walkOf = ({ inside, own, shared }: DoctorLines): Ticket[] => [...inside, ...own, ...shared]
