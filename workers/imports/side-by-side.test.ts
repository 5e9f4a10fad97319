import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { allocatePatientIds } from '../../shared/patients/ids.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { csvOf, person } from '../../shared/testing/people.ts'
import { beforeEachWrite, type ImportRig, importRig } from './testing.ts'

let deps: TestDeps
let rig: ImportRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 50 })
})
beforeEach(async () => {
  await deps.emptyTables()
  rig = importRig(deps)
})
afterEach(() => rig.close())
afterAll(() => deps.close())

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => person(from + i))
const people = () => deps.db('patients').orderBy('id')

async function register(n: number, name: string): Promise<void> {
  const { id_type, id_number } = person(n)
  const id = await allocatePatientIds(deps.db, 1)
  await deps.db('patients').insert({ id, name, id_type, id_number })
}

describe('the front desk during an import', () => {
  it('keeps an edit made between look-up and write', async () => {
    await rig.import({ text: csvOf(range(0, 40)) })
    beforeEachWrite(rig, async (n) => {
      if (n > 1) return
      const edit = {
        remarks: 'by the front desk',
        phone: '+60111111111',
        version: deps.db.raw('version + 1'),
      }
      await deps.db('patients').where({ external_id: 'T00000007' }).update(edit)
    })
    const file = range(0, 40).map((row) => ({ ...row, company: 'New Employer' }))
    const done = await rig.import({ text: csvOf(file) }, { onDuplicate: 'update' })
    expect(done.counts).toMatchObject({ updated: 40 })
    const edited = await deps.db('patients').where({ external_id: 'T00000007' }).first()
    expect(edited).toMatchObject({
      remarks: 'by the front desk',
      phone: '+60120000007', // the file gives one: the later write wins, knowing of the edit
      company: 'New Employer',
      version: 3,
    })
    const image = await deps.db('import_changes').where({ row_id: edited.id }).first()
    expect(image.fields_before).toEqual({ company: null, phone: '+60111111111' })
  })

  it.each([
    [0, 'an empty clinic'],
    [3, 'a clinic with patients'],
  ])('registers the same person first: one row, and the right refusal (%s: %s)', async (stored) => {
    if (stored > 0) await rig.import({ text: csvOf(range(1000, 1000 + stored)) })
    beforeEachWrite(rig, async (n) => {
      if (n === 1) await register(7, 'Registered Just Now')
    })
    const done = await rig.import({ text: csvOf(range(0, 120)) })
    expect(done.counts).toMatchObject({ read: 120, inserted: 119, rejected: 1 })
    const [refused] = await deps.db('operation_errors').where({ operation_no: done.no })
    expect([Number(refused.row_no), refused.first_code]).toEqual([8, 'DUPLICATE_ID_NUMBER'])
    const same = await deps.db('patients').where({ id_number: person(7).id_number })
    expect(same.map((row) => row.name)).toEqual(['Registered Just Now'])
  })

  it('edits and registers throughout, and nothing of it is lost', async () => {
    await rig.import({ text: csvOf(range(0, 300)) })
    let stop = false
    const edits = new Map<string, number>()
    let registered = 0
    const desk = (async () => {
      for (let i = 0; !stop; i++) {
        const external_id = `T${String((i * 37) % 300).padStart(8, '0')}`
        const edit = { allergies: `edit ${i}`, version: deps.db.raw('version + 1') }
        await deps.db('patients').where({ external_id }).update(edit)
        edits.set(external_id, i)
        if (i % 5 === 0 && registered < 100)
          await register(400 + registered++, 'Front Desk').catch(() => registered--)
      }
    })()
    const file = range(0, 600).map((row) => ({ ...row, company: 'New Employer' }))
    const done = await rig.import({ text: csvOf(file) }, { onDuplicate: 'update' })
    stop = true
    await desk
    expect(done.error).toBeNull()
    const { read, inserted, updated, rejected } = done.counts as Record<string, number>
    expect([read, (inserted as number) + (updated as number) + (rejected as number)]).toEqual([600, 600])
    const rows = await people()
    expect(new Set(rows.map((row) => row.id_number)).size).toBe(rows.length)
    for (const [external_id, i] of edits)
      expect(rows.find((row) => row.external_id === external_id)?.allergies).toBe(`edit ${i}`)
    expect(rows.filter((row) => row.external_id !== null && row.company !== 'New Employer')).toEqual([])
  })
})

describe('two imports of the same file at the same time', () => {
  it.each(['reject', 'update'])('put each row in once (%s)', async (onDuplicate) => {
    const other = importRig(deps)
    const file = csvOf(range(0, 1000))
    const options = { onDuplicate }
    const [a, b] = await Promise.all([
      rig.import({ text: file }, options),
      other.import({ text: file }, options),
    ])
    await other.close()
    expect([a.error, b.error]).toEqual([null, null])
    expect([a.status, b.status]).toEqual(['completed', 'completed'])
    const sum = (name: string) => (a.counts?.[name] ?? 0) + (b.counts?.[name] ?? 0)
    expect([sum('read'), sum('inserted'), sum('unchanged')]).toEqual([2000, 1000, 1000])
    const rows = await people()
    expect(rows).toHaveLength(1000)
    expect(new Set(rows.map((row) => row.id_number)).size).toBe(1000)
    const words = await deps.db('patient_words').countDistinct({ n: 'patient_id' }).first()
    expect(Number(words?.n)).toBe(1000)
  })
})
