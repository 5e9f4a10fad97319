import { expect, it } from 'vitest'
import { ConfigError, parseConfig } from './config.ts'

const GOOD = {
  NODE_ENV: 'production',
  DATABASE_URL: 'mysql://clinic_api:a-long-enough-word@mysql/clinic',
  REDIS_URL: 'redis://:a-long-enough-word@redis/0',
  CACHE_REDIS_URL: 'redis://:a-long-enough-word@redis-cache/0',
  DATA_KEY_FILE: '/run/secrets/data_key',
  SIGNING_KEY_FILE: '/run/secrets/signing_key',
}

/** What is said of an environment; empty when it is taken. */
function faultsOf(change: Record<string, string | undefined>): string[] {
  try {
    parseConfig({ ...GOOD, ...change })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

it('takes long secrets of every kind in production', () => {
  expect(faultsOf({})).toEqual([])
  expect(faultsOf({ MIGRATE_DATABASE_URL: 'mysql://m:another-long-word@mysql/clinic' })).toEqual([])
})

it('refuses default and short ones, each by its name and without showing it', () => {
  const weak = {
    DATABASE_URL: 'mysql://clinic:changeme-please-now@mysql/clinic',
    MIGRATE_DATABASE_URL: 'mysql://clinic:short@mysql/clinic',
    REDIS_URL: 'redis://:password12345@redis/0',
    CACHE_REDIS_URL: 'redis://:abc@redis-cache/0',
    INITIAL_ADMIN_PASSWORD: 'admin',
    DATA_KEY_FILE: undefined,
  }
  const faults = faultsOf(weak)
  expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(Object.keys(weak).sort())
  expect(faults.join()).not.toMatch(/changeme|short@|password12345|abc@/)
})

it('lets development be', () => {
  expect(
    faultsOf({ NODE_ENV: 'development', REDIS_URL: 'redis://:x@localhost', DATA_KEY_FILE: undefined }),
  ).toEqual([])
})
