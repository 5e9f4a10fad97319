import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { openPool } from '../../../shared/testing/database.ts'
import { testEnv } from '../../../shared/testing/harness.ts'
import { type OwnServers, ownServers } from '../../../shared/testing/own-servers.ts'
import { freePort, startProcess, type TestProcess } from '../../../shared/testing/processes.ts'
import { type FaultProxy, startProxy } from '../../../shared/testing/proxy.ts'
import { hashPassword } from '../../../shared/users/password.ts'
import { TEST_PASSWORD } from '../../http/testing.ts'

/** A name that stands in no log line, however much goes wrong. */
export const CANARY = 'Kenari Rahsia'
/** What compose gives each of them (docker-compose.prod.yml), bytes. */
const MEMORY_CAP = 512 * 1024 ** 2
const WATCH_MS = 200

export type Kind = 'api' | 'worker'
/** A place of a process: what is killed there is started again on the same port. */
export interface Place {
  kind: Kind
  env: Record<string, string>
  process: TestProcess
  /** What every process of this place has printed. */
  printed: string[]
}

/** Servers and processes of a clinic of its own, behind proxies, and what must never be seen while they are tormented. */
export interface Storm {
  servers: OwnServers
  db: ReturnType<typeof openPool>
  jobs: Redis
  cache: Redis
  databaseLink: FaultProxy
  redisLink: FaultProxy
  places: Place[]
  /** What must not happen, as soon as it has happened. */
  violations: string[]
  highestRss: Map<string, number>
  start(place: Place): Promise<void>
  stop(): Promise<void>
}

export const apisOf = ({ places }: Storm): Place[] => places.filter(({ kind }) => kind === 'api')

/** What an observer asks of the database, again while it is away. */
export async function steady<T>(ask: () => PromiseLike<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch {
      await sleep(100)
    }
  }
}

export async function startStorm(): Promise<Storm> {
  const servers = await ownServers()
  const { databaseUrl, migrateDatabaseUrl, redisUrl, cacheRedisUrl } = servers.services
  const [databaseLink, redisLink] = await Promise.all([startProxy(databaseUrl), startProxy(redisUrl)])
  const env = testEnv({
    LOG_LEVEL: 'info',
    DATABASE_URL: databaseLink.url,
    MIGRATE_DATABASE_URL: migrateDatabaseUrl,
    REDIS_URL: redisLink.url,
    CACHE_REDIS_URL: cacheRedisUrl,
    DB_IDLE_TIMEOUT_MS: '2000',
    IMPORT_CHUNK_ROWS: '500',
    CLINIC_FIRST: 'off',
  })
  const db = openPool(migrateDatabaseUrl, 4)
  const password_hash = await hashPassword(TEST_PASSWORD)
  await db('users').insert({ username: 'desk', name: 'Desk', role: 'admin', password_hash })
  const options = { maxRetriesPerRequest: null }
  const storm: Storm = {
    servers,
    db,
    jobs: new Redis(redisUrl, options).on('error', () => undefined),
    cache: new Redis(cacheRedisUrl, options).on('error', () => undefined),
    databaseLink,
    redisLink,
    places: [],
    violations: [],
    highestRss: new Map(),
    start: async (place) => {
      place.process = await startProcess(place.kind, place.env)
    },
    stop: async () => {
      clearInterval(watching)
      await Promise.all(storm.places.map(({ process }) => process.stop()))
      await db.destroy()
      storm.jobs.disconnect()
      storm.cache.disconnect()
      await Promise.all([databaseLink.close(), redisLink.close()])
      await servers.close()
    },
  }
  for (const kind of ['api', 'api', 'worker', 'worker'] as const) {
    const ports = { PORT: String(await freePort()), WORKER_PORT: String(await freePort()) }
    const own = { ...env, ...ports, INTERNAL_PORT: String(await freePort()) }
    const process = await startProcess(kind, own)
    storm.places.push({ kind, env: own, process, printed: [] })
  }
  await Promise.all(storm.places.map(({ process }) => process.ready()))
  const watching = setInterval(() => watch(storm), WATCH_MS)
  return storm
}

/** Resident memory of each process, which its container would kill it for. */
function watch({ places, violations, highestRss }: Storm): void {
  for (const { kind, process } of places) {
    const bytes = rssOf(process.pid)
    if (bytes > (highestRss.get(kind) ?? 0)) highestRss.set(kind, bytes)
    if (bytes > MEMORY_CAP) violations.push(`${kind} has ${bytes} bytes resident`)
  }
}

function rssOf(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** What a process holds of what can leak. */
export interface Held {
  files: number
  poolUsed: number
  streams: number
}

/** What every process holds now; the metrics are asked where there are some. */
export async function heldBy({ places }: Storm): Promise<Held[]> {
  return Promise.all(
    places.map(async ({ process, kind, env }) => {
      const port = kind === 'api' ? env.INTERNAL_PORT : env.WORKER_PORT
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { Connection: 'close' } })
      const text = await answer.text()
      const figure = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? Number.NaN)
      return {
        files: readdirSync(`/proc/${process.pid}/fd`).length,
        poolUsed: figure(/^clinic_db_pool_connections\{[^}]*state="used"[^}]*\} (\d+)/m),
        streams: kind === 'api' ? figure(/^clinic_sse_connections(?:\{[^}]*\})? (\d+)/m) : 0,
      }
    }),
  )
}

/** Connections of clients that a Redis has; without those of the observer. */
export async function clientsOf(redis: Redis): Promise<number> {
  const list = (await redis.client('LIST')) as string
  return list.trim().split('\n').length
}

/** All that is ready again by itself. */
export async function untilReady({ places }: Storm, withinMs: number): Promise<void> {
  const standing = () =>
    Promise.all(
      places.map(({ process }) =>
        fetch(`${process.url}/readyz`).then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    )
  await expect.poll(standing, { timeout: withinMs, interval: 200 }).toEqual(places.map(() => 200))
}

/** Everything the processes of all places printed. */
export const printedBy = ({ places }: Storm): string =>
  places.map(({ printed, process }) => printed.join('') + process.output()).join('')

/** What happened that must not, each with what the processes said of the request that it names. */
export function explained(storm: Storm): string[] {
  const lines = printedBy(storm).split('\n')
  return storm.violations.map((violation) => {
    const request = /"requestId":"([\w-]+)"/.exec(violation)?.[1]
    const said = request === undefined ? [] : lines.filter((line) => line.includes(request))
    return [violation, ...said].join('\n')
  })
}
