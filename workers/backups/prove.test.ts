import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requestProof } from '../../shared/backups/commands.ts'
import { backupToProve } from '../../shared/backups/reads.ts'
import { cancelOperation } from '../../shared/operations/commands.ts'
import { databaseOf } from './make.ts'
import { type BackupRig, backupRig, fillPatients } from './testing.ts'

let rig: BackupRig

beforeAll(async () => {
  rig = await backupRig()
})
beforeEach(() => rig.deps.emptyTables())
afterAll(() => rig.close())

const SYSTEM = { principal: null }
const scratchDatabases = async () => {
  const name = databaseOf(rig.deps.config.DATABASE_URL)
  const names = (await rig.deps.database
    .admin('information_schema.schemata')
    .pluck('schema_name')) as string[]
  return names.filter((each) => each.startsWith(`${name}_proof_`))
}
const asked = async () => {
  const backup = await backupToProve(rig.deps, undefined)
  return (await requestProof(rig.deps, rig.services.queues, backup, SYSTEM)).id
}
const inPhase = (id: string, phase: string) =>
  expect.poll(async () => (await rig.record(id)).phase, { timeout: 60_000 }).toBe(phase)

describe('a proof', () => {
  it('is asked for by a backup, restores it beside the data, and leaves no database behind', async () => {
    await fillPatients(rig.deps, 500)
    expect((await rig.backup({ prove: true })).status).toBe('completed')
    const proof = await rig.deps.db('operations').where({ type: 'proof' }).first('id', 'status')
    expect(proof.status).toBe('queued')
    // what is written after the backup changes nothing of its proof
    await fillPatients(rig.deps, 100, 100, 50_001)
    await rig.deps.db('patients').where({ id: 1 }).update({ name: 'changed' })
    await rig.run(proof.id)
    const done = await rig.record(proof.id)
    expect(done.error).toBeNull()
    expect(done.status).toBe('completed')
    expect((await backupToProve(rig.deps, undefined)).proven_at).not.toBeNull()
    expect(await scratchDatabases()).toEqual([])
    expect(Number((await rig.deps.db('patients').count({ n: '*' }).first())?.n)).toBe(600)
  })

  it('is of one moment, however much is written while the dump goes on', async () => {
    await fillPatients(rig.deps, 20_000, 1000)
    let isOver = false
    let next = 100_000
    const writing = async () => {
      while (!isOver) {
        // a row in two tables at a time, rows changed and rows gone: every moment differs from the next
        await rig.deps.db.transaction(async (trx) => {
          const id = next++
          await trx('patients').insert({ id, name: `patient ${id}` })
          await trx('counters').insert({ name: `writer${id}`, value: id })
          await trx('patients')
            .where({ id: (id % 20_000) + 1 })
            .update({ name: `changed by ${id}` })
          await trx('patients')
            .where({ id: id - 50 })
            .delete()
        })
      }
    }
    const writers = [writing(), writing(), writing()]
    const done = await rig.backup()
    isOver = true
    await Promise.all(writers)
    expect(done.error).toBeNull()
    const proof = await rig.prove()
    expect([proof.error, proof.status]).toEqual([null, 'completed'])
  })

  it('stands still and leaves nothing when it is cancelled', async () => {
    await fillPatients(rig.deps, 30_000, 1000)
    await rig.backup()
    const id = await asked()
    const running = rig.run(id)
    await inPhase(id, 'restore')
    await cancelOperation(rig.deps, id, SYSTEM)
    rig.runs.stop(id, 'cancelled')
    expect((await running).end).toBe('cancelled')
    expect((await rig.record(id)).status).toBe('cancelled')
    expect(await scratchDatabases()).toEqual([])
    // nothing was found wrong with it
    expect(await backupToProve(rig.deps, undefined)).toMatchObject({ proven_at: null, proof_fault: null })
  })

  it('is begun anew by the next worker, which drops what a killed one left', async () => {
    await fillPatients(rig.deps, 20_000, 1000)
    await rig.backup()
    const id = await asked()
    const dying = rig.run(id)
    await inPhase(id, 'restore')
    rig.runs.stop(id, 'shutdown')
    expect((await dying).end).toBe('shutdown')
    const left = `${databaseOf(rig.deps.config.DATABASE_URL)}_proof_999999`
    await rig.deps.database.admin.raw('create database ??', [left])
    await rig.deps.db('operations').where({ id }).update({ heartbeat_at: '2020-01-01 00:00:00.000' })
    expect((await rig.run(id)).end).toBe('done')
    expect((await rig.record(id)).status).toBe('completed')
    expect(await scratchDatabases()).toEqual([])
  })

  it('says that the account lacks a right, and that says nothing of the backup', async () => {
    await fillPatients(rig.deps, 10)
    await rig.backup()
    const { config } = rig.deps
    const before = config.BACKUP_DATABASE_URL
    config.BACKUP_DATABASE_URL = config.DATABASE_URL
    const failed = await rig.prove()
    config.BACKUP_DATABASE_URL = before
    expect([failed.status, failed.error?.code]).toEqual(['failed', 'backup/no-right'])
    expect((await backupToProve(rig.deps, undefined)).proof_fault).toBeNull()
  })
})
