import { afterAll, beforeAll, expect, it } from 'vitest'
import { getDoctors } from '../doctors/reads.ts'
import { findCodes } from '../icd10/reads.ts'
import { medicationPage } from '../medications/reads.ts'
import { medicationsQuery } from '../medications/schema.ts'
import { becameReady, connectForRequests } from '../redis/connect.ts'
import { permissionsOf } from '../rights/permissions.ts'
import { getSettings } from '../settings/reads.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import type { Cached } from './read-cache.ts'

let deps: TestDeps
/** A second process: connections and memory of its own. */
let other: TestDeps
beforeAll(async () => {
  deps = await testDeps()
  const cacheRedis = connectForRequests(deps.config.CACHE_REDIS_URL, 'other')
  await becameReady(cacheRedis, 30_000)
  other = { ...deps, cacheRedis }
})
afterAll(async () => {
  other.cacheRedis.disconnect()
  await deps.close()
})

const who = {
  userId: '1',
  username: 'one',
  name: 'One',
  role: 'admin',
  permissions: permissionsOf('admin', []),
} as const

const CATALOGUES: Record<string, (of: TestDeps) => Promise<Cached>> = {
  medications: (of) => medicationPage(of, who, medicationsQuery.parse({})),
  doctors: getDoctors,
  icd10: (of) => findCodes(of, 'fever'),
  settings: getSettings,
}

const HOUR_S = 3600

it.each(Object.keys(CATALOGUES))(
  '%s are worked out once for all processes and kept for a day, less or more a tenth',
  async (domain) => {
    const ask = CATALOGUES[domain] as (of: TestDeps) => Promise<Cached>
    const keys = () => deps.cacheRedis.keys(`${deps.prefix}:cache:${domain}:list:*`)
    const before = new Set(await keys())
    const first = await ask(deps)
    expect(first.cache).toBe('MISS')
    const second = await ask(other)
    expect([second.cache, second.etag]).toEqual(['HIT', first.etag])
    const made = (await keys()).filter((key) => !before.has(key) && !key.endsWith(':lock'))
    expect(made).toHaveLength(1)
    const leftS = (await deps.cacheRedis.pttl(made[0] as string)) / 1000
    expect(leftS).toBeGreaterThan(21 * HOUR_S)
    expect(leftS).toBeLessThanOrEqual(24 * HOUR_S * 1.1)
  },
)
