// How fast an event reaches its clients and what a client costs: the real API process, 5,000 raw sockets.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clients, createClients } from '../../api/events/raw-clients.ts'
import { loadConfig } from '../../shared/config/config.ts'
import { inTransaction } from '../../shared/db/transaction.ts'
import { closeDeps, type Deps, openDeps } from '../../shared/deps.ts'
import { addEvent, ring } from '../../shared/events/outbox.ts'
import type { EventEnvelope } from '../../shared/events/registry.ts'
import { publish } from '../../shared/events/stream.ts'
import { createLog } from '../../shared/log/log.ts'
import { prepareDatabase } from '../../shared/testing/database.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { createSession } from '../../shared/users/sessions.ts'

const CLIENTS = 5000
const STREAMS_PER_USER = 20
const CLINIC_CLIENTS = 50
const COMMITS = 200
const BROADCASTS = 30
const PAUSE_MS = 100
/** Long enough for the collector to give back what opening thousands of streams left behind. */
const SETTLE_MS = 15_000
const LIMITS = { bytesPerClient: 20 * 1024, broadcastP99Ms: 250, commitP95Ms: 50 }

/** The value below which a share of the values lies. */
function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Resident memory of a process, bytes. */
function rssOf(pid: number): number {
  const [, kB] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kB) * 1024
}

const TICKS_PER_S = 100

/** Processor time a process has used so far, µs. */
function cpuMicrosOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_S) * 1_000_000
}

const mark = (n: number) => `"mark-${n}"`
const event = (n: number): EventEnvelope => ({
  topic: 'operations',
  ownerId: null,
  body: {
    type: 'operation.progress',
    at: new Date().toISOString(),
    entity: { id: `mark-${n}`, version: n, status: 'active', processed: n * 1000, total: 1_000_000 },
  },
})

async function signIn(deps: Deps, users: number): Promise<string[]> {
  const cookies: string[] = []
  for (let n = 1; n <= users; n++) {
    const user = { userId: String(n), username: `bench${n}`, name: `Bench ${n}`, role: 'admin' as const }
    const { secret } = await createSession(
      deps,
      { ...user, grants: [], mustChangePassword: false },
      { address: '127.0.0.1', userAgent: 'bench' },
    )
    cookies.push(`Cookie: clinic=${secret}`)
  }
  return cookies
}

/** Milliseconds from the return of a commit to each client, over many commits. */
async function commitToClient(deps: Deps, clients: Clients): Promise<number[]> {
  const tookMs: number[] = []
  for (let n = 1; n <= COMMITS; n++) {
    const arrivals = clients.next(mark(n))
    await inTransaction(deps.db, (trx) => addEvent(trx, event(n)))
    const committedAt = performance.now()
    await ring(deps)
    for (const at of await arrivals) tookMs.push(at - committedAt)
    await pause(Math.random() * PAUSE_MS)
  }
  return tookMs
}

/** Milliseconds from one publication to each client, and to the last one, over many publications. */
async function broadcast(deps: Deps, clients: Clients): Promise<{ all: number[]; last: number[] }> {
  const all: number[] = []
  const last: number[] = []
  for (let n = COMMITS + 1; n <= COMMITS + BROADCASTS; n++) {
    const arrivals = clients.next(mark(n))
    const publishedAt = performance.now()
    await publish(deps, event(n))
    const tookMs = (await arrivals).map((at) => at - publishedAt)
    all.push(...tookMs)
    last.push(Math.max(...tookMs))
    await pause(PAUSE_MS)
  }
  return { all, last }
}

async function measure(deps: Deps, url: string, pid: number) {
  const rssColdBytes = rssOf(pid)
  const cookies = await signIn(deps, Math.ceil(CLIENTS / STREAMS_PER_USER))
  const clients = createClients(Number(new URL(url).port), '/api/sse/operations')
  await clients.open(CLINIC_CLIENTS, cookies)
  const commitMs = await commitToClient(deps, clients)
  await clients.close()
  // Warm: what the first requests cost once is not what a client costs.
  await clients.open(STREAMS_PER_USER * cookies.length * 0.1, cookies)
  await clients.close()
  await pause(SETTLE_MS)
  const idle = rssOf(pid)
  const openedAt = performance.now()
  await clients.open(CLIENTS, cookies)
  const openMs = performance.now() - openedAt
  await pause(SETTLE_MS)
  const held = rssOf(pid)
  const cpuBefore = cpuMicrosOf(pid)
  const { all, last } = await broadcast(deps, clients)
  const cpuMicros = cpuMicrosOf(pid) - cpuBefore
  if (clients.count() !== CLIENTS) throw new Error(`Only ${clients.count()} streams are left`)
  const after = rssOf(pid)
  await clients.close()
  return {
    clients: CLIENTS,
    openMs: Math.round(openMs),
    rssColdBytes,
    rssIdleBytes: idle,
    rssHeldBytes: held,
    rssAfterBytes: after,
    cpuMicrosPerClientAndEvent: Number((cpuMicros / all.length).toFixed(1)),
    bytesPerClient: Math.round((Math.max(held, after) - idle) / CLIENTS),
    broadcastP50Ms: percentile(all, 0.5),
    broadcastP99Ms: percentile(all, 0.99),
    broadcastLastWorstMs: Math.max(...last),
    commitP50Ms: percentile(commitMs, 0.5),
    commitP95Ms: percentile(commitMs, 0.95),
    commitMaxMs: Math.max(...commitMs),
  }
}

async function run(): Promise<boolean> {
  const config = loadConfig()
  const migrateUrl = config.MIGRATE_DATABASE_URL ?? config.DATABASE_URL
  const { username, pathname } = new URL(config.DATABASE_URL)
  await prepareDatabase({ name: pathname.slice(1), url: config.DATABASE_URL, migrateUrl }, username)
  const env = Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
  const deps = await openDeps({
    config,
    log: createLog({ LOG_LEVEL: 'silent' }, 'bench'),
    poolMax: 5,
    statementTimeoutMs: 10_000,
  })
  const api = await startProcess('api', { ...env, LOG_LEVEL: 'warn', RATE_LIMIT_GENERAL_PER_HOUR: '1000000' })
  try {
    await api.ready()
    const figures = await measure(deps, api.url, api.pid)
    const ratios = Object.entries(LIMITS).map(([name, limit]) => ({
      figure: name,
      measured: Number(figures[name as keyof typeof LIMITS].toFixed(1)),
      limit,
      ratio: Number((figures[name as keyof typeof LIMITS] / limit).toFixed(2)),
    }))
    console.table(ratios)
    console.log(JSON.stringify(figures))
    const machine = {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryBytes: totalmem(),
      node: process.version,
    }
    mkdirSync('bench/results', { recursive: true })
    const result = { bench: 'events', at: new Date().toISOString(), machine, figures, ratios }
    writeFileSync('bench/results/events.json', `${JSON.stringify(result, null, 2)}\n`)
    return ratios.every(({ ratio }) => ratio <= 1)
  } finally {
    await api.stop()
    await closeDeps(deps)
  }
}

process.exitCode = (await run()) ? 0 : 1
