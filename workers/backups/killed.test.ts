import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestBackup } from '../../shared/backups/commands.ts'
import { backupToProve } from '../../shared/backups/reads.ts'
import { ensureSchedules, runDue } from '../../shared/schedules/commands.ts'
import { testEnv } from '../../shared/testing/harness.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { type BackupRig, backupRig, backupSettings, fillPatients } from './testing.ts'

let rig: BackupRig
let workers: TestProcess[]
const WITHIN = { timeout: 120_000, interval: 20 }

beforeAll(async () => {
  rig = await backupRig()
  await fillPatients(rig.deps, 60_000, 1500)
  await ensureSchedules(rig.deps)
  await rig.deps
    .db('schedules')
    .whereIn('name', ['tidy', 'watch'])
    .update({ slot_at: '2020-01-01 00:00:00.000' })
  const env = testEnv(backupSettings() as Record<string, string>)
  workers = await Promise.all([startProcess('worker', env), startProcess('worker', env)])
  await Promise.all(workers.map((worker) => worker.ready()))
}, 300_000)
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  await rig.close()
})

describe('two workers', () => {
  it('make one run of what is due, and of what was missed', { timeout: 300_000 }, async () => {
    const kinds = async () =>
      (
        await rig.deps.db('operations').where({ type: 'maintenance', status: 'completed' }).pluck('kind')
      ).sort()
    await expect.poll(kinds, WITHIN).toEqual(['tidy', 'watch'])
    expect(await Promise.all([1, 2, 3].map(() => runDue(rig.deps, rig.services.queues)))).toEqual([
      [],
      [],
      [],
    ])
    expect(await rig.deps.db('operations').where({ type: 'maintenance' })).toHaveLength(2)
  })

  it('bring a backup to its proven end although one is killed in the middle', {
    timeout: 400_000,
  }, async () => {
    const { id } = await requestBackup(rig.deps, rig.services.queues, { prove: true }, { principal: null })
    await expect.poll(async () => (await rig.record(id)).phase, WITHIN).toBe('database')
    const held = (await rig.record(id)).worker?.split(':').at(-1)
    workers.find(({ pid }) => String(pid) === held)?.signal('SIGKILL')
    await expect.poll(async () => (await rig.record(id)).status, WITHIN).toBe('completed')
    expect((await rig.record(id)).attempts).toBe(2)
    const provenAt = async () => (await backupToProve(rig.deps, undefined)).proven_at
    await expect.poll(provenAt, WITHIN).not.toBeNull()
    expect(await rig.folders()).toEqual([(await backupToProve(rig.deps, undefined)).name])
  })
})
