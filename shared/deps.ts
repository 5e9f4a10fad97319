import type { Redis } from 'ioredis'
import type { Config } from './config/config.ts'
import { connectDatabase, type Knex } from './db/connect.ts'
import { isConnectionLost, isMissingTable } from './db/errors.ts'
import { AppError } from './errors/app-error.ts'
import type { Logger } from './log/log.ts'
import { openTracing, type Tracing } from './ops/tracing.ts'
import { becameReady, connectForRequests } from './redis/connect.ts'
import { redisPrefix } from './redis/keys.ts'
import { type Clock, systemClock } from './units/clock.ts'
import { setClinicZone } from './units/dates.ts'

/** What a process opens once and hands to every function: no module keeps a connection of its own. */
export interface Deps {
  config: Config
  log: Logger
  clock: Clock
  /** The pool of the application account. */
  db: Knex
  /** Job queues, sessions, limits, events (`REDIS_URL`); fails fast, never blocks. */
  redis: Redis
  /** Cached reads (`CACHE_REDIS_URL`); may forget anything at any moment. */
  cacheRedis: Redis
  /** Prefix of every Redis key of this installation, `clinic:<epoch>`. */
  prefix: string
  /** Where its work is traced; undefined unless a collector is set. */
  tracing?: Tracing | undefined
}

export interface OpenOptions {
  config: Config
  log: Logger
  clock?: Clock
  poolMax: number
  /** Longest a statement of this pool may run, ms. */
  statementTimeoutMs: number
  /** Which process this is, in traces; without it nothing is traced. */
  service?: 'api' | 'worker'
}

const FIRST_READY_WITHIN_MS = 5000
const RETRY_MAX_MS = 5000

async function readEpoch(db: Knex, log: Logger): Promise<string> {
  for (let wait = 200; ; wait = Math.min(RETRY_MAX_MS, wait * 2)) {
    try {
      const row = await db('installation').first('epoch')
      if (row === undefined) throw new Error('The installation table is empty')
      return row.epoch as string
    } catch (error) {
      if (isMissingTable(error)) throw new AppError('unavailable/not-migrated')
      if (!isConnectionLost(error)) throw error
      log.warn('waiting for the database')
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)))
    }
  }
}

/** Opens the connections of a process; waits for a database that is late, starts without a Redis that is. */
export async function openDeps(options: OpenOptions): Promise<Deps> {
  const { config, log } = options
  setClinicZone(config.TZ_CLINIC)
  const tracing = options.service === undefined ? undefined : await openTracing(config, options.service, log)
  const db = connectDatabase({
    url: config.DATABASE_URL,
    poolMax: options.poolMax,
    connectTimeoutMs: config.DB_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
    statementTimeoutMs: options.statementTimeoutMs,
    log,
  })
  const redis = connectForRequests(config.REDIS_URL, 'requests', log)
  const cacheRedis = connectForRequests(config.CACHE_REDIS_URL, 'cache', log)
  const [epoch] = await Promise.all([
    readEpoch(db, log),
    becameReady(redis, FIRST_READY_WITHIN_MS),
    becameReady(cacheRedis, FIRST_READY_WITHIN_MS),
  ])
  return {
    config,
    log,
    clock: options.clock ?? systemClock,
    db,
    redis,
    cacheRedis,
    prefix: redisPrefix(epoch),
    tracing,
  }
}

/** Closes what {@link openDeps} opened. */
export async function closeDeps(deps: Deps): Promise<void> {
  await deps.tracing?.close()
  deps.redis.disconnect()
  deps.cacheRedis.disconnect()
  await deps.db.destroy()
}
