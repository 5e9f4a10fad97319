import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase, testEnv } from './harness.ts'
import { runCommand, startProcess } from './processes.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

it('runs a real API and worker, kills them and sees them end', { timeout: 60_000 }, async () => {
  const [api, worker] = await Promise.all([startProcess('api', testEnv()), startProcess('worker', testEnv())])
  await Promise.all([api.ready(), worker.ready()])
  expect((await fetch(`${api.url}/livez`)).status).toBe(200)
  worker.signal('SIGKILL')
  expect(await worker.ended).toBe('SIGKILL')
  await api.stop()
  expect(await api.ended).toBe(0)
  await expect(fetch(`${api.url}/livez`)).rejects.toThrow()
})

it('runs a command to its end', async () => {
  const { code, stdout, stderr } = await runCommand(['--help'], testEnv())
  expect(code).toBe(0)
  expect(stdout + stderr).toContain('migrate')
})
