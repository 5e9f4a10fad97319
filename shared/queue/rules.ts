/** Where a ticket can stand. */
export const STATUSES = [
  'waiting',
  'called',
  'in_consultation',
  'dispensing',
  'payment',
  'on_hold',
  'no_show',
  'completed',
  'cancelled',
] as const
/** One of {@link STATUSES}. */
export type Status = (typeof STATUSES)[number]

/** What a move is called, for screens, audit and undo. */
export type MoveKind =
  | 'call'
  | 'recall'
  | 'skip'
  | 'transfer'
  | 'start'
  | 'hold'
  | 'no-show'
  | 'cancel'
  | 'return'
  | 'dispense'
  | 'pay'
  | 'complete'

/** From where to where a ticket may go and what that is; whatever is not here is refused. */
const TRANSITIONS: Readonly<Record<Status, Partial<Record<Status, MoveKind>>>> = {
  waiting: {
    waiting: 'transfer',
    called: 'call',
    in_consultation: 'start',
    on_hold: 'hold',
    no_show: 'no-show',
    cancelled: 'cancel',
  },
  called: {
    called: 'recall',
    in_consultation: 'start',
    waiting: 'skip',
    on_hold: 'hold',
    no_show: 'no-show',
    cancelled: 'cancel',
  },
  in_consultation: { dispensing: 'dispense', payment: 'pay', completed: 'complete', waiting: 'transfer' },
  dispensing: { payment: 'pay', completed: 'complete' },
  payment: { completed: 'complete', dispensing: 'dispense' },
  on_hold: { waiting: 'return', cancelled: 'cancel' },
  no_show: { waiting: 'return', cancelled: 'cancel' },
  completed: {},
  cancelled: {},
}

/** What a move changes beside the state: to which doctor or room. */
export interface Destination {
  doctorId?: string | null | undefined
  room?: string | null | undefined
}

/**
 * The kind of a move, or null when the table has no such move. Back to the line with another doctor or room is a
 * transfer; without one it is a skip after a call, and nothing at all while waiting.
 */
export function moveKind(from: Status, to: Status, where: Destination, now: Destination): MoveKind | null {
  const kind = TRANSITIONS[from][to] ?? null
  if (to !== 'waiting' || (kind !== 'transfer' && kind !== 'skip')) return kind
  const changes =
    (where.doctorId !== undefined && where.doctorId !== (now.doctorId ?? null)) ||
    (where.room !== undefined && where.room !== (now.room ?? null))
  if (from === 'waiting') return changes ? 'transfer' : null
  return changes ? 'transfer' : kind
}

/** States in which a ticket is over. */
export const ENDED: readonly Status[] = ['completed', 'cancelled']

/** How long the last move of a ticket can be taken back, ms. */
export const UNDO_WITHIN_MS = 600_000

const MARK = '***'

/**
 * A name as a public screen may show it: the first character of the first two words. Of equal length for everybody,
 * so that it gives nothing else away.
 */
export function maskName(name: string): string {
  const words = name.trim().split(/\s+/u).slice(0, 2)
  return words.map((word) => `${Array.from(word)[0] ?? ''}${MARK}`).join(' ')
}
