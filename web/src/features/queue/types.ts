import type { Status } from '../../../../shared/queue/rules.ts'

export type { Status } from '../../../../shared/queue/rules.ts'
export type {
  Board,
  NewTicket,
  PendingActions,
  Priority,
  QueueStats,
  Registration,
  Ticket,
  TicketInput,
} from '../../../../shared/queue/schema.ts'

/** In the order in which they are offered. */
export const PRIORITIES = ['normal', 'emergency', 'pregnant', 'elderly', 'child'] as const

/** The columns of the board, in the order of a visit; who stands aside comes last. */
export const STAGES = [
  { name: 'waiting', statuses: ['waiting'] },
  { name: 'called', statuses: ['called'] },
  { name: 'in_consultation', statuses: ['in_consultation'] },
  { name: 'dispensing', statuses: ['dispensing'] },
  { name: 'payment', statuses: ['payment'] },
  { name: 'aside', statuses: ['on_hold', 'no_show'] },
] as const satisfies readonly { name: string; statuses: readonly Status[] }[]
export type Stage = (typeof STAGES)[number]['name']

/** Everybody who is still in the house. */
export const OPEN: readonly Status[] = STAGES.flatMap(({ statuses }) => [...statuses])
