import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../shared/config/config.ts'
import { type TestDatabase, testConfig, testDatabase } from '../../shared/testing/harness.ts'
import { startMailServer } from '../mails/testing.ts'
import { examine } from './doctor-checks.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

async function report(over: Partial<Config> = {}) {
  const findings = []
  for await (const finding of examine(testConfig(over))) findings.push(finding)
  return findings
}
const wrongIn = async (over: Partial<Config>) =>
  (await report(over)).filter(({ state }) => state === 'bad').map(({ name }) => name)

describe('doctor', () => {
  it('finds nothing wrong with a good set-up', async () => {
    const findings = await report()
    expect(findings.filter(({ state }) => state === 'bad')).toEqual([])
    expect(findings.find(({ name }) => name === 'schema')?.text).toBe('up to date')
    expect(findings.find(({ name }) => name === 'audit')?.state).toBe('ok')
  })

  it('names a Redis that would evict jobs, and a cache that would not forget', async () => {
    const { REDIS_URL, CACHE_REDIS_URL } = testConfig()
    const swapped = await wrongIn({ REDIS_URL: CACHE_REDIS_URL, CACHE_REDIS_URL: REDIS_URL })
    expect(swapped).toEqual(['REDIS_URL', 'CACHE_REDIS_URL'])
  })

  it('names a mail server that does not let us in, and is content with one that does', async () => {
    const server = await startMailServer()
    const findings = await report({ SMTP_URL: server.url })
    expect(findings.find(({ name }) => name === 'SMTP_URL')?.state).toBe('ok')
    await server.close()
    expect(await wrongIn({ SMTP_URL: server.url })).toEqual(['SMTP_URL'])
  })

  it('names pools that are larger than the server', async () => {
    expect(await wrongIn({ DB_POOL_MAX: 100_000 })).toEqual(['connections'])
  })

  it('names a missing step of the schema', async () => {
    const last = await database.admin('knex_migrations').orderBy('id', 'desc').first('id', 'name')
    await database.admin('knex_migrations').where({ id: last.id }).update({ name: 'gone' })
    try {
      expect(await wrongIn({})).toEqual(['schema'])
    } finally {
      await database.admin('knex_migrations').where({ id: last.id }).update({ name: last.name })
    }
  })

  it('names servers that are away or silent, and does not hang', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const wrong = await wrongIn({
      DATABASE_URL: 'mysql://a:b@127.0.0.1:1/c',
      REDIS_URL: `redis://127.0.0.1:${port}`,
    })
    silent.close()
    expect(wrong).toEqual(['database', 'REDIS_URL'])
  })

  it('names a key that is missing or of the wrong length', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'clinic-doctor-'))
    writeFileSync(join(dir, 'short'), Buffer.alloc(8).toString('base64'))
    const wrong = await wrongIn({ DATA_KEY_FILE: join(dir, 'short'), SIGNING_KEY_FILE: join(dir, 'none') })
    rmSync(dir, { recursive: true })
    expect(wrong).toEqual(['DATA_KEY_FILE', 'SIGNING_KEY_FILE'])
  })
})
