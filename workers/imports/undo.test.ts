import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { undoOperation } from '../../shared/operations/commands.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type ImportRig, importRig } from './testing.ts'

const examples = fileURLToPath(
  new URL('../../shared/testing/data/import-examples/csv/patients.csv', import.meta.url),
)
const HEADER = 'external_id,name,id_type,id_number,date_of_birth,gender,phone,registered_at\n'
const line = (n: number, name: string, phone = '0123456789') =>
  `E${n},${name},PASSPORT,A000${n}00,1990-01-0${n},F,${phone},2024-01-01\n`

let deps: TestDeps
let rig: ImportRig
beforeAll(async () => {
  deps = await testDeps()
  rig = importRig(deps)
})
beforeEach(() => deps.emptyTables())
afterAll(async () => {
  await rig.close()
  await deps.close()
})

async function undo(id: string) {
  const waiting = await undoOperation(deps, rig.services.queues, id, { principal: null })
  expect(waiting.status).toBe('undoing')
  await rig.run(id)
  return rig.record(id)
}

/** All that people and searches see of the patients; versions and times aside. */
async function contents() {
  const patients = await deps.db('patients').orderBy('id').select('*')
  const words = await deps.db('patient_words').orderBy(['word', 'patient_id']).select('word', 'patient_id')
  const seen = patients.map(({ version: _v, updated_at: _u, touched_by_import_no: _t, ...rest }) => rest)
  return { seen, words }
}

it('removes what an import created and leaves nothing of it to be found', async () => {
  const { id } = await rig.import(examples)
  const done = await undo(id)
  expect(done.status).toBe('undone')
  expect(await contents()).toEqual({ seen: [], words: [] })
  expect(done.note).toContain('359 removed')
})

it('restores what an import changed to the letter', async () => {
  await rig.import({ text: HEADER + line(1, 'Siti Aminah') + line(2, 'Tan Mei Ling') })
  const before = await contents()
  const second = await rig.import(
    {
      text:
        HEADER +
        line(1, 'Siti Aminah Binti Ali', '0199999999') +
        line(2, 'Tan Mei Ling') +
        line(3, 'Raj Kumar'),
    },
    { onDuplicate: 'update' },
  )
  expect(second.counts).toMatchObject({ updated: 1, unchanged: 1, inserted: 1 })
  const done = await undo(second.id)
  expect(done.status).toBe('undone')
  expect(await contents()).toEqual(before)
})

it('keeps and lists what somebody has changed since', async () => {
  const first = await rig.import({ text: HEADER + line(1, 'Siti Aminah') + line(2, 'Tan Mei Ling') })
  await deps.db('patients').where({ external_id: 'E1' }).update({ phone: '+60111111111', version: 2 })
  await undo(first.id)
  expect(await deps.db('patients').pluck('external_id')).toEqual(['E1'])
  const kept = await deps.db('import_kept').where({ operation_no: first.no }).select('reason')
  expect(kept).toEqual([{ reason: 'changed-since' }])
})

it('goes on after its worker died half-way, and refuses a second undo', async () => {
  const first = await rig.import(examples)
  await undoOperation(deps, rig.services.queues, first.id, { principal: null })
  await deps.db('operations').where({ id: first.id }).update({ heartbeat_at: null, fence: 7 })
  await rig.run(first.id)
  expect((await rig.record(first.id)).status).toBe('undone')
  await expect(undoOperation(deps, rig.services.queues, first.id, { principal: null })).rejects.toMatchObject(
    {
      code: 'state/conflict',
    },
  )
})
