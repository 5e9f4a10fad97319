import type { Knex } from '../db/connect.ts'
import type { EventEnvelope } from './registry.ts'
import { eventKeys, type StreamDeps } from './stream.ts'

/** Writes an event in the transaction of its cause; the relay publishes it once that is committed. */
export async function addEvent(trx: Knex.Transaction, envelope: EventEnvelope): Promise<void> {
  await trx('outbox_events').insert({
    topic: envelope.topic,
    type: envelope.body.type,
    body: JSON.stringify(envelope),
  })
}

/** Wakes the relay, after a commit that wrote events. Never throws: unheard, the relay looks by itself soon after. */
export async function ring(deps: StreamDeps): Promise<void> {
  await deps.redis.publish(eventKeys(deps.prefix).bell, '').catch(() => undefined)
}

/** Runs `work` when the transaction has been committed and not otherwise; its failure is the caller's to handle. */
export function afterCommit(trx: Knex.Transaction, work: () => void): void {
  trx.executionPromise.then(work, () => undefined)
}
