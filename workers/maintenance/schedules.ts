import type { Deps } from '../../shared/deps.ts'
import type { JobQueues } from '../../shared/jobs/queues.ts'
import { ensureSchedules, runDue, setBells } from '../../shared/schedules/commands.ts'

const LOOK_EVERY_MS = 15_000
/** An emptied Redis has its bells back after so many looks at the latest. */
const BELLS_EVERY_LOOKS = 20

/**
 * Sees to what happens by itself until the signal aborts: schedules are added at the start, whatever is due (or was
 * missed while nobody ran) is written down, and the bells hang in Redis. Every worker does it; a slot is taken once.
 */
export function startSchedules(deps: Deps, queues: JobQueues, signal: AbortSignal): void {
  let looks = 0
  const look = async () => {
    if (looks === 0) await ensureSchedules(deps)
    for (const { id, type, kind } of await runDue(deps, queues))
      deps.log.info({ operationId: id, type, kind }, 'due by schedule')
    if (looks % BELLS_EVERY_LOOKS === 0) await setBells(deps, queues)
    looks++
  }
  const tick = async () => {
    try {
      await look()
    } catch (error) {
      deps.log.warn({ err: error }, 'schedules were not looked at; tried again in a moment')
    }
    if (!signal.aborted) timer = setTimeout(tick, LOOK_EVERY_MS)
  }
  let timer = setTimeout(tick, LOOK_EVERY_MS * Math.random())
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}
