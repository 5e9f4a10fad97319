import type { Redis } from 'ioredis'
import type { Knex } from '../db/connect.ts'
import { connectForBlocking } from '../redis/connect.ts'
import type { EventEnvelope } from './registry.ts'
import { createRelay, type RelayDeps } from './relay.ts'
import { eventKeys, type StreamDeps } from './stream.ts'

/** How often it looks without being rung, and how often others try to take over. */
const LOOK_EVERY_MS = 500

/** Writes an event in the transaction of its cause; the relay publishes it once that is committed. */
export const addEvent = (trx: Knex.Transaction, envelope: EventEnvelope): Promise<void> =>
  addEvents(trx, [envelope])

/** Several of {@link addEvent} in one statement. */
export async function addEvents(trx: Knex.Transaction, envelopes: readonly EventEnvelope[]): Promise<void> {
  if (envelopes.length === 0) return
  const rows = envelopes.map((envelope) => ({
    topic: envelope.topic,
    type: envelope.body.type,
    body: JSON.stringify(envelope),
  }))
  await trx('outbox_events').insert(rows)
}

/** Wakes the relay, after a commit that wrote events. Never throws: unheard, the relay looks by itself soon after. */
export async function ring(deps: StreamDeps): Promise<void> {
  await deps.redis.publish(eventKeys(deps.prefix).bell, '').catch(() => undefined)
}

/** Runs `work` when the transaction has been committed and not otherwise; its failure is the caller's to handle. */
export function afterCommit(trx: Knex.Transaction, work: () => void): void {
  trx.executionPromise.then(work, () => undefined)
}

/** Waits for the bell or for the time to be over, whichever is first; rings while nobody waits are kept. */
function listen(redis: Redis, channel: string, signal: AbortSignal) {
  let rung = false
  let wake: (() => void) | undefined
  const ring = () => {
    rung = true
    wake?.()
  }
  redis.on('message', ring)
  redis.subscribe(channel).catch(() => undefined)
  signal.addEventListener('abort', ring)
  return async (withinMs: number): Promise<void> => {
    if (!rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wake = undefined
    }
    rung = false
  }
}

/**
 * Publishes committed outbox rows to the stream and deletes them, until `signal` aborts. Runs in every process; a
 * lease in Redis lets one work at a time and another take over within two seconds. Each row appears exactly once
 * on a stream, and in the order of the rows that were committed when it looked.
 */
export async function relayOutbox(deps: RelayDeps, signal: AbortSignal): Promise<void> {
  const bell = connectForBlocking(deps.config.REDIS_URL, 'outbox-bell', deps.log)
  const rungOrLate = listen(bell, eventKeys(deps.prefix).bell, signal)
  const relay = createRelay(deps)
  let failing = false
  while (!signal.aborted) {
    try {
      await relay.drain(signal)
      if (failing) deps.log.info('outbox relay works again')
      failing = false
    } catch (err) {
      if (!failing) deps.log.warn({ err }, 'outbox relay waits')
      failing = true
    }
    await rungOrLate(LOOK_EVERY_MS)
  }
  await relay.release().catch(() => undefined)
  bell.disconnect()
}
