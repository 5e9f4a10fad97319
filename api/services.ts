import { drainSpools } from '../shared/audit/drain.ts'
import { watchReads } from '../shared/audit/mass-read.ts'
import { sealAudit } from '../shared/audit/seal.ts'
import { openSpool, type Spool } from '../shared/audit/spool.ts'
import { invalidationLoop } from '../shared/cache/notes.ts'
import { cacheStats } from '../shared/cache/read-cache.ts'
import { foldFigures } from '../shared/dashboard/commands.ts'
import type { Deps } from '../shared/deps.ts'
import { createPresence, displaysAlive, isDisplaySession, type Presence } from '../shared/displays/reads.ts'
import { relayOutbox } from '../shared/events/outbox.ts'
import { closeQueues, type JobQueues, openQueues } from '../shared/jobs/queues.ts'
import { startSweeper } from '../shared/operations/sweep.ts'
import { type PressureReport, startPressureReport } from '../shared/ops/pressure.ts'
import { type AddressGuard, openGuard } from '../shared/security/guard.ts'
import { sessionsAlive } from '../shared/users/alive.ts'
import { createHub, type EventHub } from './events/hub.ts'
import { type Ops, openOps } from './ops/ops.ts'

/** What one finished request looked like; `route` is the template from the table, never the address asked for. */
export interface RequestSample {
  method: string
  route: string
  status: number
  durationMs: number
}

/** What an API process holds beside its {@link Deps}; handlers reach it through `xRoutes(services)`. */
export interface ApiServices {
  deps: Deps
  /** The producing side of the job queues. */
  queues: JobQueues
  /** Where reads of patient data are recorded before they are answered. */
  spool: Spool
  /** The open event streams. */
  hub: EventHub
  /** The screens of the waiting room whose streams are open here. */
  screens: Presence
  /** Addresses that are shut out. */
  guard?: AddressGuard
  /** Health checks and metrics. */
  ops: Ops
  /** Tells heavy work how busy the clinic is. */
  pressure?: PressureReport
  /** Told of every finished request, once. */
  observeRequest?: (sample: RequestSample) => void
}

/** Streams, uploads and downloads: how long they last says nothing of how quick the system is. */
const LASTING = /^\/api\/sse\/|^\/api\/imports|\.csv$|\/result$/

/** An API process drains and seals the audit only as a stand-in: a worker does it at once, where nobody waits for answers. */
const STAND_BACK_MS = 5000

/** Whether those who listen to streams still may: people by their sessions, screens by their tokens. */
const listenersAlive: typeof sessionsAlive = async (deps, sessionIds) => {
  const people = sessionIds.filter((id) => !isDisplaySession(id))
  const [sessions, displays] = await Promise.all([
    people.length === 0 ? new Map() : sessionsAlive(deps, people),
    displaysAlive(deps, sessionIds.filter(isDisplaySession)),
  ])
  return new Map([...sessions, ...displays])
}

/** Opens what the routes of one API process need. */
export async function openServices(deps: Deps): Promise<ApiServices> {
  const queues = openQueues(deps)
  const hub = createHub(deps, { sessionsAlive: listenersAlive })
  const guard = openGuard(deps)
  const spool = watchReads(deps, await openSpool(deps))
  await guard.tick()
  const ops = openOps({
    deps,
    queues,
    cacheCounts: () => cacheStats(deps),
    openStreams: () => hub.stats().connections,
    streamFigures: () => hub.stats(),
    sources: [guard.source, spool.source],
  })
  const pressure = startPressureReport(deps)
  const observeRequest = (sample: RequestSample) => {
    ops.metrics.requestDone(sample)
    if (!LASTING.test(sample.route)) pressure.done(sample.durationMs)
  }
  return {
    deps,
    queues,
    hub,
    guard,
    screens: createPresence(deps),
    ops,
    spool,
    observeRequest,
    pressure,
  }
}

/** Closes what {@link openServices} opened, streams first; the {@link Deps} stay open. */
export async function closeServices(services: ApiServices): Promise<void> {
  services.pressure?.stop()
  services.guard?.stop()
  services.screens.stop()
  await services.hub.close()
  await services.spool.close()
  await closeQueues(services.queues)
}

/**
 * Runs what every process does beside its own work, until the signal aborts: publishing committed events, sweeping up
 * lost jobs, draining and sealing the audit. Answers when all of it has stopped.
 */
export async function runBackground({ deps, queues }: ApiServices, signal: AbortSignal): Promise<void> {
  startSweeper(deps, queues, signal)
  await Promise.allSettled([
    relayOutbox(deps, signal),
    drainSpools(deps, signal, STAND_BACK_MS),
    sealAudit(deps, signal, STAND_BACK_MS),
    invalidationLoop(deps, signal),
    foldFigures(deps, signal),
  ])
}
