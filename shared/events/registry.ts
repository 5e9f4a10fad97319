/**
 * The one table of events: name → topic and the permission a stream needs to carry it. `own` events also reach
 * the person who made the thing, whatever the permission.
 */
export const EVENTS = {
  'operation.queued': { topic: 'operations' },
  'operation.progress': { topic: 'operations' },
  'operation.completed': { topic: 'operations' },
  'operation.failed': { topic: 'operations' },
  'operation.cancelled': { topic: 'operations' },
  'operation.undone': { topic: 'operations' },
  'queue.created': { topic: 'queue' },
  'queue.updated': { topic: 'queue' },
  'queue.called': { topic: 'queue' },
  'queue.removed': { topic: 'queue' },
  'payment.recorded': { topic: 'queue' },
  'patient.merged': { topic: 'queue' },
  'patient.unmerged': { topic: 'queue' },
  'display.acknowledged': { topic: 'queue' },
  'display.offline': { topic: 'queue' },
  'appointment.changed': { topic: 'appointments' },
  'stock.changed': { topic: 'stock' },
} as const

export type EventType = keyof typeof EVENTS
/** `display`: what public screens may know of the queue's events, under the same names: no ids, no whole names. */
export type Topic = (typeof EVENTS)[EventType]['topic'] | 'display'
export const TOPICS = [
  'operations',
  'queue',
  'appointments',
  'stock',
  'display',
] as const satisfies readonly Topic[]

/** What goes over the wire in `data`. */
export interface EventBody {
  type: EventType
  /** ISO 8601, UTC. */
  at: string
  /** The thing as its reads show it, with `id` and `version`, so that a screen patches without asking again. */
  entity: Record<string, unknown> & { id: string; version?: number }
}

/** An event on its way: the body and who may see it beside those with the topic's permission. */
export interface EventEnvelope {
  topic: Topic
  /** User id of the maker; operations reach only the maker and holders of `operations.all`. */
  ownerId?: string | null
  body: EventBody
}
