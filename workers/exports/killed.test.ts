import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps, testEnv } from '../../shared/testing/harness.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { type FileRig, fileRig } from '../files/testing.ts'

const PEOPLE = 60_000
const WITHIN_MS = 120_000
let deps: TestDeps
let rig: FileRig

beforeAll(async () => {
  deps = await testDeps()
  rig = fileRig(deps)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

it('an export whose worker is killed is made by the next one, whole and once', {
  timeout: 300_000,
}, async () => {
  await deps.database.admin.raw(
    `insert into patients (id, name, created_at, updated_at)
     select seq, concat('Person ', seq), '2026-01-01', '2026-01-01' from seq_1_to_1000000 limit ?`,
    [PEOPLE],
  )
  const { id } = await rig.request('export', 'patients', { format: 'xlsx' })
  const first = await startProcess('worker', testEnv())
  const statusIs = (status: string) =>
    expect.poll(async () => (await rig.record(id)).status, { interval: 20, timeout: WITHIN_MS }).toBe(status)
  await statusIs('active')
  first.signal('SIGKILL')
  const second = await startProcess('worker', testEnv())
  await statusIs('completed')
  await second.stop()
  const record = await rig.record(id)
  expect(record).toMatchObject({ processed: PEOPLE, percent: '100.00' })
  const files = await deps.db('result_files')
  expect(files).toHaveLength(1)
  expect((await rig.bytes(id)).length).toBe(Number(files[0].bytes))
  expect(await readdir(join(deps.config.DATA_DIR, 'results'))).toContain(files[0].path)
  expect(await readdir(join(deps.config.DATA_DIR, 'work')).catch(() => [])).toEqual([])
})
