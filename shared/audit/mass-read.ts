import { Counter } from 'prom-client'
import type { Deps } from '../deps.ts'
import type { MetricSource } from '../ops/metrics.ts'
import { limited } from '../rights/limited.ts'
import type { AuditEntry } from './entry.ts'
import { shownIds } from './shown.ts'
import type { Spool } from './spool.ts'

/** Different patients that one person may be shown within {@link WINDOW_MS}; a busy day of the front desk has 600. */
export const PATIENTS_MAX = 2000
const BUCKET_MS = 2 * 60_000
const BUCKETS = 5
const WINDOW_MS = BUCKET_MS * BUCKETS
const EVERY_MS = 1000
/** Time between two looks of somebody who is slowed down, over all of that person's calls to this process. */
const SLOW_MS = 500
const LONGEST_WAIT_MS = 3000

type Who = Pick<AuditEntry, 'userId' | 'username' | 'role' | 'address'>

interface Seen {
  who: Who
  patients: Set<string>
}

/** A spool that notices when somebody reads the patient file as a whole. */
export interface WatchedSpool extends Spool {
  /** Brings what was seen together with the other processes. Runs every second by itself. */
  tick(): Promise<void>
  source: MetricSource
}

type WatchDeps = Pick<Deps, 'redis' | 'prefix' | 'log' | 'clock'>

/**
 * Counts the different patients each person is shown, over all processes, in ten minutes. Above {@link PATIENTS_MAX}
 * an entry `security.mass-read` is made, and that person's looks are spaced out until it stops. Costs a read one entry
 * in a set; Redis is asked once a second. While Redis is away nothing is counted: reads go on and stay on record.
 */
export function watchReads(deps: WatchDeps, spool: Spool): WatchedSpool {
  const seen = new Map<string, Seen>()
  const slowUntil = new Map<string, number>()
  const nextLook = new Map<string, number>()
  const alarms = new Counter({
    name: 'clinic_mass_reads_total',
    help: 'Times that somebody was shown more patients in ten minutes than any work needs',
    registers: [],
  })

  function note(userId: string, entry: AuditEntry): void {
    const shown = entry.detail === undefined ? [] : shownIds(entry.detail)
    if (shown.length === 0 && (entry.patientId === null || entry.patientId === undefined)) return
    let of = seen.get(userId)
    if (of === undefined) {
      of = { who: entry, patients: new Set() }
      seen.set(userId, of)
    }
    if (entry.patientId) of.patients.add(entry.patientId)
    for (const id of shown) of.patients.add(id)
  }

  /** Waits for this person's turn; refuses when the line has become long. */
  async function takeTurn(userId: string): Promise<void> {
    const now = performance.now()
    if ((slowUntil.get(userId) ?? 0) < now) {
      slowUntil.delete(userId)
      nextLook.delete(userId)
      return
    }
    const at = Math.max(now, nextLook.get(userId) ?? 0) + SLOW_MS
    if (at - now > LONGEST_WAIT_MS) throw limited(1, at - now)
    nextLook.set(userId, at)
    await new Promise((resolve) => setTimeout(resolve, at - now))
  }

  async function alarm(userId: string, who: Who, patients: number): Promise<void> {
    const key = `${deps.prefix}:mass-read:${userId}`
    if ((await deps.redis.set(key, '1', 'PX', WINDOW_MS, 'NX')) === null) return
    alarms.inc()
    deps.log.warn({ userId, patients }, 'somebody reads the patient file as a whole')
    await spool.write({
      userId,
      username: who.username ?? null,
      role: who.role ?? null,
      address: who.address ?? null,
      action: 'security.mass-read',
      entity: 'user',
      entityId: userId,
      outcome: 'ok',
      detail: { patients, minutes: WINDOW_MS / 60_000 },
    })
  }

  async function count(userId: string, { who, patients }: Seen): Promise<void> {
    const bucket = Math.floor(deps.clock.now().getTime() / BUCKET_MS)
    const keys = Array.from({ length: BUCKETS }, (_, n) => `${deps.prefix}:seen:${userId}:${bucket - n}`)
    const [current] = keys as [string]
    const answers = await deps.redis
      .multi()
      .pfadd(current, ...patients)
      .pexpire(current, WINDOW_MS + BUCKET_MS)
      .pfcount(...keys)
      .exec()
    const total = Number(answers?.[2]?.[1] ?? 0)
    if (total < PATIENTS_MAX) return
    slowUntil.set(userId, performance.now() + BUCKET_MS)
    await alarm(userId, who, total)
  }

  async function tick(): Promise<void> {
    const all = [...seen]
    seen.clear()
    for (const [userId, of] of all) {
      try {
        await count(userId, of)
      } catch (err) {
        deps.log.debug({ err }, 'reads of patients not counted')
      }
    }
  }

  let running = false
  const timer = setInterval(() => {
    if (running || seen.size === 0) return
    running = true
    void tick().finally(() => {
      running = false
    })
  }, EVERY_MS)
  timer.unref()

  return {
    write(entry) {
      const { userId, outcome } = entry
      if (userId === null || userId === undefined || outcome !== 'ok') return spool.write(entry)
      note(userId, entry)
      if (!slowUntil.has(userId)) return spool.write(entry)
      return takeTurn(userId).then(() => spool.write(entry))
    },
    async close() {
      clearInterval(timer)
      await spool.close()
    },
    tick,
    source: (registry) => registry.registerMetric(alarms),
  }
}
