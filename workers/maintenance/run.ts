import type { Task } from '../../shared/maintenance/schema.ts'
import { completeOperation, holdState } from '../../shared/operations/lifecycle.ts'
import { type Processor, type Run, Stopped, throwIfStopped } from '../runtime/context.ts'
import { patiently, sleep } from '../runtime/patience.ts'
import { Progress } from '../runtime/progress.ts'
import { optimizeSteps } from './optimize.ts'
import { tidySteps } from './tidy-steps.ts'
import { watchSteps } from './watch.ts'

const MAX_NOTE_CHARS = 255

/** One step of upkeep: short, and harmless when it is done twice. Answers what people should know, or null. */
export interface Step {
  name: string
  run(): Promise<string | null>
}

/** The steps of a task, always in the same order; `stopBefore` says why the rest is left for another time. */
export interface Steps {
  steps: Step[]
  stopBefore?(): string | null
}

const TASKS: Record<Task, (run: Run) => Promise<Steps>> = {
  optimize: optimizeSteps,
  tidy: tidySteps,
  watch: watchSteps,
}

interface Reached {
  /** Name of the last step that was done. */
  last: string | null
  said: string[]
}

async function save(run: Run, reached: Reached, columns: Record<string, unknown>): Promise<void> {
  const held = await run.deps
    .db('operations')
    .where({ id: run.hold.id, fence: run.hold.fence, status: 'active' })
    .whereNull('cancel_requested_at')
    .update({
      cursor_state: JSON.stringify(reached),
      ...columns,
      barren_starts: 0,
      heartbeat_at: run.deps.db.raw('utc_timestamp(3)'),
      version: run.deps.db.raw('version + 1'),
    })
  if (held === 1) return
  const state = await holdState(run.deps.db, run.hold)
  throw new Stopped(state === 'cancel-requested' ? 'cancelled' : 'fenced')
}

/** Steps that are still to be done: names are compared, because tables may have come and gone since. */
const remaining = (steps: Step[], last: string | null) =>
  last === null ? steps : steps.slice(steps.findIndex(({ name }) => name === last) + 1)

/** Job `maintenance.run`: carries out a task step by step; a killed or skipped one goes on behind its last step. */
export const runMaintenance: Processor = async (run) => {
  const { deps, hold, signal } = run
  const task = TASKS[run.row.kind as Task]
  const { steps, stopBefore } = await patiently(run, () => task(run))
  const reached = (run.row.cursor_state as Reached | null) ?? { last: null, said: [] }
  const todo = remaining(steps, reached.last)
  const before = steps.length - todo.length
  const counted = { ...run, row: { ...run.row, total: steps.length } }
  const progress = new Progress(counted, before)
  await patiently(run, () => save(run, reached, { phase: 'steps', total: steps.length }))
  for (const [at, step] of todo.entries()) {
    throwIfStopped(signal)
    const why = stopBefore?.() ?? null
    if (why !== null) {
      reached.said.push(`${todo.length - at} of ${steps.length} left for another time: ${why}.`)
      break
    }
    const startedAt = performance.now()
    const said = await patiently(run, () => step.run())
    throwIfStopped(signal)
    reached.last = step.name
    if (said !== null) reached.said.push(said)
    const processed = before + at + 1
    await patiently(run, () => save(run, reached, progress.columns(processed)))
    await progress.committed(processed, {})
    await sleep(run.pace.pauseAfter(performance.now() - startedAt).ms, signal)
  }
  const note = reached.said.join(' ').slice(0, MAX_NOTE_CHARS) || null
  const ended = await patiently(run, () => completeOperation(deps, hold, { phase: null, note }))
  if (ended === 'fenced') throw new Stopped('fenced')
}
