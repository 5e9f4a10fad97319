import type { Deps } from '../deps.ts'
import { publish } from '../events/stream.ts'

type PresenceDeps = Pick<Deps, 'redis' | 'prefix' | 'log' | 'clock'>

/** A screen whose stream was not open for this long is away; the browser comes back within its retry time before. */
const KEEP_MS = 15_000
/** So often within that time the mark of an open screen is made anew. */
const TOUCHES = 3

const keyOf = (deps: Pick<Deps, 'prefix'>, id: string): string => `${deps.prefix}:display-open:${id}`

/** Which of these screens have an open stream, on any process; none while Redis is away. */
export async function areOpen(deps: PresenceDeps, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const found = await deps.redis.mget(ids.map((id) => keyOf(deps, id))).catch(() => [])
  return new Set(ids.filter((_, n) => found[n] != null))
}

/** The open screens of one process. */
export interface Presence {
  opened(display: { id: string; name: string }): void
  /** The stream ended; when the screen is not back in time, anywhere, staff are told. */
  closed(display: { id: string; name: string }): void
  stop(): void
}

/** Keeps the marks of this process's open screens fresh. A mark outlives its process by `keepMs` at most. */
export function createPresence(deps: PresenceDeps, keepMs = KEEP_MS): Presence {
  const open = new Map<string, number>()
  const leaving = new Set<NodeJS.Timeout>()
  const touch = (id: string) =>
    deps.redis.set(keyOf(deps, id), '1', 'PX', keepMs).catch(() => deps.log.debug('display not marked'))
  const timer = setInterval(() => {
    for (const id of open.keys()) void touch(id)
  }, keepMs / TOUCHES)
  timer.unref()

  const tellIfAway = async ({ id, name }: { id: string; name: string }): Promise<void> => {
    if (open.has(id) || (await areOpen(deps, [id])).has(id)) return
    const at = deps.clock.now().toISOString()
    await publish(deps, { topic: 'queue', body: { type: 'display.offline', at, entity: { id, name } } })
  }

  return {
    opened({ id }) {
      open.set(id, (open.get(id) ?? 0) + 1)
      void touch(id)
    },
    closed(display) {
      const left = (open.get(display.id) ?? 1) - 1
      if (left > 0) open.set(display.id, left)
      else open.delete(display.id)
      const wait = setTimeout(
        () => {
          leaving.delete(wait)
          void tellIfAway(display)
        },
        keepMs + keepMs / TOUCHES,
      )
      wait.unref()
      leaving.add(wait)
    },
    stop() {
      clearInterval(timer)
      for (const wait of leaving) clearTimeout(wait)
    },
  }
}
