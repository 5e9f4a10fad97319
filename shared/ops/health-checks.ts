import { mkdir } from 'node:fs/promises'
import type { Deps } from '../deps.ts'
import { shared, within } from './bounded.ts'
import { diskPercent, memoryPercent } from './resources.ts'
import { combine, type Health, type HealthStatus, responseTime } from './schema.ts'
import { countWorkers } from './worker-registry.ts'

/** State of all job queues together; `oldestWaitingAt` is an instant in ms since 1970, or null when nothing waits. */
export interface JobQueueState {
  waiting: number
  active: number
  failed: number
  oldestWaitingAt: number | null
}

export interface HealthOptions {
  deps: Deps
  readJobQueues(): Promise<JobQueueState>
}

/** The checks of one process. Every answer comes within two seconds, whatever hangs behind it. */
export interface HealthChecks {
  full(): Promise<Health>
  /** Whether requests can be served: the database and Redis answer. Kept for 2 s. */
  ready(): Promise<boolean>
}

/** One check may take this long; all run side by side, so the whole answer stays below two seconds. */
const CHECK_LIMIT_MS = 1500
const FRESH_MS = 1000
const READY_FRESH_MS = 2000
/** After this an unanswered check is given up and another tried: a new connection may find the server back. */
const LOST_MS = 4000

const DEGRADED_PERCENT = 90
const DISK_UNHEALTHY_PERCENT = 98
const OLDEST_WAITING_DEGRADED_S = 600
const BACKUP_UNPROVEN_DEGRADED_S = 26 * 3600
const MS_PER_S = 1000

/** Result of one check; null stands for failed or too slow. */
interface Timed<T> {
  value: T | null
  tookMs: number
}

/** Shares a check between callers and measures its own run, not a caller's wait for it. */
function check<T>(work: () => Promise<T>, lostMs = LOST_MS): () => Promise<Timed<T>> {
  const once = shared(
    async () => {
      const startedAt = performance.now()
      const value: T = await work()
      return { value, tookMs: performance.now() - startedAt }
    },
    FRESH_MS,
    lostMs,
  )
  return async () => {
    const startedAt = performance.now()
    const failed = () => ({ value: null, tookMs: performance.now() - startedAt })
    return within(CHECK_LIMIT_MS, once()).catch(failed)
  }
}

const upOrDown = ({ value, tookMs }: Timed<unknown>) => ({
  status: (value === null ? 'unhealthy' : 'healthy') as HealthStatus,
  response_time: responseTime(tookMs),
})

const ofPercent = (percent: number | null, unhealthyFrom = Number.POSITIVE_INFINITY): HealthStatus => {
  if (percent === null) return 'degraded'
  if (percent >= unhealthyFrom) return 'unhealthy'
  return percent >= DEGRADED_PERCENT ? 'degraded' : 'healthy'
}

function ofJobQueues(state: JobQueueState | null, now: number): Health['checks']['queues'] {
  if (state === null) {
    return { status: 'degraded', waiting: null, active: null, failed: null, oldest_waiting_seconds: null }
  }
  const { oldestWaitingAt, ...counts } = state
  const oldestS = oldestWaitingAt === null ? 0 : Math.max(0, Math.round((now - oldestWaitingAt) / MS_PER_S))
  const status = oldestS > OLDEST_WAITING_DEGRADED_S ? 'degraded' : 'healthy'
  return { status, ...counts, oldest_waiting_seconds: oldestS }
}

/** Two instants of the installation, ms since 1970; `provenAt` is null when no backup that is still there was proven. */
interface Known {
  installedAt: number
  provenAt: number | null
}

/** A backup counts for 26 hours from its proof by a restore; so long a new installation may be without one. */
function ofBackup(known: Known | null, now: number): Health['checks']['backup'] {
  const provenAt = known?.provenAt ?? null
  const since = provenAt ?? known?.installedAt
  const late = since !== undefined && now - since > BACKUP_UNPROVEN_DEGRADED_S * MS_PER_S
  const status = provenAt === null ? 'unproven' : 'healthy'
  return {
    status: late ? 'degraded' : status,
    proven_at: provenAt === null ? null : new Date(provenAt).toISOString(),
  }
}

const instant = (text: unknown): number => Date.parse(`${String(text).replace(' ', 'T')}Z`)

/** Builds the checks of a process over its own connections; each is asked at most once a second. */
export function createHealthChecks({ deps, readJobQueues }: HealthOptions): HealthChecks {
  const { db, redis, config, clock } = deps

  const database = check(async () => {
    // a timed-out connection is thrown away by the pool, so a frozen one is never handed on
    const proven = db('backups').whereNull('removed_at').max('proven_at').as('proven_at')
    const row = await db('installation').timeout(CHECK_LIMIT_MS).first('created_at', proven)
    const provenAt = row?.proven_at ?? null
    return {
      installedAt: instant(row?.created_at),
      provenAt: provenAt === null ? null : instant(provenAt),
    }
  })
  const ping = check(() => redis.ping())
  const jobQueues = check(readJobQueues)
  const workers = check(() => countWorkers(deps))
  const memory = check(() => memoryPercent())
  const disk = check(async () => {
    await mkdir(config.DATA_DIR, { recursive: true })
    return diskPercent(config.DATA_DIR)
    // a call into a hung file system never ends and holds a thread of the few there are, so it is never repeated
  }, Number.POSITIVE_INFINITY)

  async function full(): Promise<Health> {
    const startedAt = performance.now()
    const [inDatabase, inRedis, inQueues, alive, memoryUse, diskUse] = await Promise.all([
      database(),
      ping(),
      jobQueues(),
      workers(),
      memory(),
      disk(),
    ])
    const now = clock.now()
    const checks: Health['checks'] = {
      database: upOrDown(inDatabase),
      redis: upOrDown(inRedis),
      queues: ofJobQueues(inQueues.value, now.getTime()),
      workers: { status: alive.value ? 'healthy' : 'degraded', count: alive.value },
      memory: { status: ofPercent(memoryUse.value), usage_percent: memoryUse.value },
      disk: { status: ofPercent(diskUse.value, DISK_UNHEALTHY_PERCENT), usage_percent: diskUse.value },
      backup: ofBackup(inDatabase.value, now.getTime()),
    }
    return {
      status: combine(Object.values(checks).map((check) => check.status)),
      timestamp: now.toISOString(),
      response_time: responseTime(performance.now() - startedAt),
      checks,
    }
  }

  const ready = async () => {
    const [inDatabase, inRedis] = await Promise.all([database(), ping()])
    return inDatabase.value !== null && inRedis.value !== null
  }
  return { full: shared(full, FRESH_MS, LOST_MS), ready: shared(ready, READY_FRESH_MS, LOST_MS) }
}
