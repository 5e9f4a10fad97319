import { type MoveKind, moveKind } from '../../../../shared/queue/rules.ts'
import type { Status, Ticket } from './types.ts'

/** What can be done with a ticket by one press: where it goes and the key that does it. */
export interface Action {
  name: MoveKind
  to: Status
  key: string
  /** Asks for doctor, room or a reason before it is sent. */
  asks?: 'transfer' | 'reason'
}

/** In the order of the buttons; which of them a ticket offers is said by the table of transitions alone. */
const ACTIONS: readonly Action[] = [
  { name: 'call', to: 'called', key: 'l' },
  { name: 'recall', to: 'called', key: 'r' },
  { name: 'start', to: 'in_consultation', key: 'i' },
  { name: 'dispense', to: 'dispensing', key: 'd' },
  { name: 'pay', to: 'payment', key: 'p' },
  { name: 'complete', to: 'completed', key: 'f' },
  { name: 'return', to: 'waiting', key: 'b' },
  { name: 'skip', to: 'waiting', key: 's' },
  { name: 'transfer', to: 'waiting', key: 't', asks: 'transfer' },
  { name: 'hold', to: 'on_hold', key: 'h' },
  { name: 'no-show', to: 'no_show', key: 'x' },
  { name: 'cancel', to: 'cancelled', key: 'q', asks: 'reason' },
]

/** Another place than any real one: makes the table say "transfer" where a transfer is possible. */
const ELSEWHERE = { room: '\u0000' }

/** What this ticket offers, most likely first. */
export function actionsOf(ticket: Ticket): Action[] {
  return ACTIONS.filter(
    ({ name, to }) => moveKind(ticket.status, to, name === 'transfer' ? ELSEWHERE : {}, ticket) === name,
  )
}

/** How long the last move can be taken back, ms; the server has the last word. */
const UNDO_MS = 600_000

export const mayUndo = (ticket: Ticket, nowMs: number): boolean =>
  ticket.version > 1 && nowMs - Date.parse(ticket.times.statusAt) < UNDO_MS
