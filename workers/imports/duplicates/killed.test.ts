import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps, testEnv } from '../../../shared/testing/harness.ts'
import { startProcess } from '../../../shared/testing/processes.ts'
import { type ImportRig, importRig } from '../testing.ts'
import { ask, expectMergedOnce, importTwins, statuses } from './testing.ts'

const PAIRS = 150
const WITHIN_MS = 120_000
let deps: TestDeps
let rig: ImportRig
beforeAll(async () => {
  deps = await testDeps()
  rig = importRig(deps)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

it('a worker that is killed in the middle of many merges leaves none twice and none out', {
  timeout: 300_000,
}, async () => {
  const { id } = await importTwins(rig, PAIRS)
  await ask(deps, rig, id)
  await rig.run(id)
  expect(await statuses(deps)).toEqual({ open: PAIRS })
  await ask(deps, rig, id, { all: { decision: 'merge' } })
  const first = await startProcess('worker', testEnv())
  const wait = { interval: 10, timeout: WITHIN_MS }
  await expect.poll(async () => (await statuses(deps)).merged ?? 0, wait).toBeGreaterThan(0)
  first.signal('SIGKILL')
  await first.ended
  const second = await startProcess('worker', testEnv())
  await expect.poll(async () => (await rig.record(id)).status, wait).toBe('completed')
  await second.stop()
  await expectMergedOnce(deps, PAIRS)
})
