import type { Deps } from '../deps.ts'
import { type Script, script } from '../redis/script.ts'
import { newId } from '../units/ids.ts'
import type { EventEnvelope } from './registry.ts'
import { entryFields, eventKeys, newPart, STREAM_LUA } from './stream.ts'

/** What the relay needs of a process. */
export type RelayDeps = Pick<Deps, 'config' | 'db' | 'redis' | 'prefix' | 'log'>

const BATCH_ROWS = 200
/** A relay that has not been heard of for this long (killed, frozen) is replaced. */
const LEASE_MS = 2000

// Only the holder of the lease may write, so one that froze and wakes after another took over adds nothing twice.
const HOLD = script(`
if redis.call('SET', KEYS[4], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[4]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[4], ARGV[2])
`)

// Entry and mark in one step: whoever meets the row again after a crash finds the mark and only deletes the row.
// A high-water mark would not do, because ids are given before the commit and a lower one may become visible later.
const PUBLISH = script(`${STREAM_LUA}
if redis.call('GET', KEYS[4]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[4], ARGV[2])
local name = part(ARGV[3])
for i = 4, #ARGV, 6 do
  if redis.call('SADD', KEYS[3], ARGV[i]) == 1 then
    add(name, ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
  end
end
return 1
`)

// Marks may go when the holder has seen the table empty: every row they stand for is deleted.
const FORGET = script(`
if redis.call('GET', KEYS[4]) == ARGV[1] then redis.call('DEL', KEYS[3]) end
return 1
`)
const RELEASE = script(`
if redis.call('GET', KEYS[4]) == ARGV[1] then redis.call('DEL', KEYS[4]) end
return 1
`)

interface OutboxRow {
  id: string
  body: string | EventEnvelope
}

/** One relay's hands: the steps of publishing, each refused when another process holds the lease. */
export function createRelay(deps: RelayDeps) {
  const token = newId()
  const { stream, meta, published, lease } = eventKeys(deps.prefix)
  const keys = [stream, meta, published, lease]
  const run = async (step: Script, ...args: (string | number)[]) =>
    (await step(deps.redis, keys, [token, ...args])) === 1
  // Marks of a relay that died may be left; the first empty look removes them.
  let marksLeft = true

  const read = (): Promise<OutboxRow[]> =>
    deps.db<OutboxRow>('outbox_events').select('id', 'body').orderBy('id').limit(BATCH_ROWS)

  const toStream = (rows: OutboxRow[]): Promise<boolean> => {
    const fields = rows.flatMap(({ id, body }) => [
      String(id),
      ...entryFields(typeof body === 'string' ? (JSON.parse(body) as EventEnvelope) : body),
    ])
    return run(PUBLISH, LEASE_MS, newPart(), ...fields)
  }

  /** Publishes all rows that are there, if this process holds the lease or can have it. */
  const drain = async (signal: AbortSignal): Promise<void> => {
    if (!(await run(HOLD, LEASE_MS))) return
    while (!signal.aborted) {
      const rows = await read()
      if (rows.length === 0) break
      if (!(await toStream(rows))) return
      marksLeft = true
      await deps
        .db('outbox_events')
        .whereIn(
          'id',
          rows.map(({ id }) => id),
        )
        .delete()
    }
    if (marksLeft && !signal.aborted) marksLeft = !(await run(FORGET))
  }

  return { read, toStream, drain, hold: () => run(HOLD, LEASE_MS), release: () => run(RELEASE) }
}
