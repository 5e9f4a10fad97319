import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { type Config, parseConfig } from '../config/config.ts'
import type { Knex } from '../db/connect.ts'
import { closeDeps, type Deps, type OpenOptions, openDeps } from '../deps.ts'
import { createLog } from '../log/log.ts'
import { redisPrefix } from '../redis/keys.ts'
import { type DatabaseUrls, emptyTables, openPool, prepareDatabase, withDatabase } from './database.ts'

/** The database of this test worker, migrated, with pools of both accounts. */
export interface TestDatabase extends DatabaseUrls {
  /** Pool of the application's account, with its limited rights. */
  db: Knex
  /** Pool of the account that migrates: may also change the audit and the schema. */
  admin: Knex
  /** Takes every table back to what the migrations left. */
  emptyTables(): Promise<void>
  close(): Promise<void>
}

/** Names and addresses of this worker's database; nothing is opened. */
export function testDatabaseUrls(): DatabaseUrls {
  const services = inject('services')
  const worker = process.env.VITEST_POOL_ID ?? '1'
  const name = `clinic_test_${services.slot}_${worker}`
  return {
    name,
    url: withDatabase(services.databaseUrl, name),
    migrateUrl: withDatabase(services.migrateDatabaseUrl, name),
  }
}

/**
 * The database of this test worker, empty apart from what migrations insert, under a new epoch (so no key of an
 * earlier test file is seen). Call it once in a file; call `close` in afterAll.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const urls = testDatabaseUrls()
  await prepareDatabase(urls, new URL(urls.url).username)
  const admin = openPool(urls.migrateUrl)
  await emptyTables(admin, urls.name)
  await newEpoch(admin)
  const db = openPool(urls.url, 10)
  return {
    ...urls,
    db,
    admin,
    emptyTables: () => emptyTables(admin, urls.name),
    close: async () => {
      await Promise.all([db.destroy(), admin.destroy()])
    },
  }
}

const EPOCH_BYTES = 8

async function newEpoch(admin: Knex): Promise<void> {
  const last = (await admin('installation').first('epoch'))?.epoch as string | undefined
  if (last !== undefined) await flushRedis(redisPrefix(last))
  await admin('installation').update({ epoch: randomBytes(EPOCH_BYTES).toString('hex') })
}

/** Removes every key under a prefix from both Redis servers. */
export async function flushRedis(prefix: string): Promise<void> {
  const { redisUrl, cacheRedisUrl } = inject('services')
  for (const url of [redisUrl, cacheRedisUrl]) {
    const redis = new Redis(url)
    try {
      for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
        if ((keys as string[]).length > 0) await redis.unlink(keys as string[])
      }
    } finally {
      redis.disconnect()
    }
  }
}

let dataDir: string | undefined

/** A folder of this test file's own for DATA_DIR; it goes with the run. */
export function testDataDir(): string {
  dataDir ??= mkdtempSync(join(inject('services').filesDir, 'data-'))
  return dataDir
}

/** The environment of a process under test as names and texts: this worker's servers, quiet, no rate limits. */
export function testEnv(overrides: Record<string, string> = {}): Record<string, string> {
  const { redisUrl, cacheRedisUrl } = inject('services')
  const { url, migrateUrl } = testDatabaseUrls()
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    PORT: '0',
    DATABASE_URL: url,
    MIGRATE_DATABASE_URL: migrateUrl,
    REDIS_URL: redisUrl,
    CACHE_REDIS_URL: cacheRedisUrl,
    DATA_DIR: testDataDir(),
    RATE_LIMIT_GENERAL_PER_HOUR: '0',
    RATE_LIMIT_AUTH_PER_MINUTE: '0',
    RATE_LIMIT_HEAVY_PER_HOUR: '0',
    ...overrides,
  }
}

/** Checked settings for code under test; `overrides` are typed settings. */
export function testConfig(overrides: Partial<Config> = {}): Config {
  return { ...parseConfig(testEnv()), ...overrides }
}

/** Everything a process opens, on this worker's database, with the helpers of {@link TestDatabase}. */
export interface TestDeps extends Deps {
  database: TestDatabase
  emptyTables(): Promise<void>
  close(): Promise<void>
}

const POOL_MAX = 10
const STATEMENT_TIMEOUT_MS = 15_000

/** Opens {@link TestDeps}; call once in a file (beforeAll) and `close` in afterAll. */
export async function testDeps(
  overrides: Partial<Config> = {},
  options: Partial<Pick<OpenOptions, 'clock' | 'log' | 'poolMax' | 'statementTimeoutMs'>> = {},
): Promise<TestDeps> {
  const database = await testDatabase()
  const config = testConfig(overrides)
  const deps = await openDeps({
    config,
    log: createLog(config, 'test'),
    poolMax: POOL_MAX,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    ...options,
  })
  return {
    ...deps,
    database,
    emptyTables: database.emptyTables,
    close: async () => {
      await closeDeps(deps)
      await database.close()
    },
  }
}
