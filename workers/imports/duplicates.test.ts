import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OperationRow } from '../../shared/operations/repository.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { csvOf, type PersonCells, person } from '../../shared/testing/people.ts'
import { type ImportRig, importRig } from './testing.ts'

const CHUNK_ROWS = 2
let deps: TestDeps
let rig: ImportRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: CHUNK_ROWS })
  rig = importRig(deps)
})
beforeEach(() => deps.emptyTables())
afterAll(async () => {
  await rig.close()
  await deps.close()
})

const put = (rows: PersonCells[], options = {}) => rig.import({ text: csvOf(rows) }, options)
const people = () => deps.db('patients').orderBy('id')
const codesOf = async (done: OperationRow) =>
  (await deps.db('operation_errors').where({ operation_no: done.no }).orderBy('row_no')).map((row) => [
    Number(row.row_no),
    row.problems.map((problem: { code: string }) => problem.code).sort(),
  ])
/** Rows that fill chunks in between and have nothing to do with the others. */
const filler = (n: number) => Array.from({ length: n }, (_, i) => person(5000 + i))
const BOTH = ['DUPLICATE_EXTERNAL_ID', 'DUPLICATE_ID_NUMBER']
const counts = (given: Partial<Record<string, number>>) => ({
  ...{ inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
  ...given,
})

describe('a patient who is stored already', () => {
  beforeEach(async () => {
    await put([person(1), person(2)])
  })
  const moved = { ...person(1), phone: '0198765432' }

  it('is unchanged when every given value is equal, under every onDuplicate', async () => {
    for (const onDuplicate of ['reject', 'skip', 'update']) {
      const done = await put([person(1), { ...person(2), address: '', remarks: '' }], { onDuplicate })
      expect(done.counts).toMatchObject(counts({ unchanged: 2 }))
    }
    expect((await people()).map((row) => row.version)).toEqual([1, 1])
  })

  it('is refused, and nothing changes', async () => {
    const done = await put([moved])
    expect(done.counts).toMatchObject(counts({ rejected: 1 }))
    expect(await codesOf(done)).toEqual([[1, BOTH]])
    expect((await people())[0]).toMatchObject({ phone: '+60120000001', version: 1 })
  })

  it('is skipped', async () => {
    expect((await put([moved], { onDuplicate: 'skip' })).counts).toMatchObject(counts({ skipped: 1 }))
    expect((await people())[0]).toMatchObject({ phone: '+60120000001', version: 1 })
  })

  it('is updated; empty cells erase nothing; what was there is kept', async () => {
    const done = await put([{ ...moved, name: 'Baru binti Lama', address: '', postcode: '' }], {
      onDuplicate: 'update',
    })
    expect(done.counts).toMatchObject(counts({ updated: 1 }))
    const [row] = await people()
    expect(row).toMatchObject({
      phone: '+60198765432',
      name: 'Baru binti Lama',
      address: '1, Jalan Ujian',
      postcode: '43000',
      version: 2,
      touched_by_import_no: done.no,
    })
    const words = await deps.db('patient_words').where({ patient_id: row.id }).orderBy('word').pluck('word')
    expect(words).toEqual(['baru', 'binti', 'lama'])
    const [image] = await deps.db('import_changes').where({ operation_no: done.no })
    expect(image.fields_before).toEqual({ phone: '+60120000001', name: person(1).name })
    expect(image.version_after).toBe(2)
  })

  it('is in conflict when the ID number is another one', async () => {
    const done = await put([{ ...moved, ...idOf(3) }], { onDuplicate: 'update' })
    expect(await codesOf(done)).toEqual([[1, ['CONFLICT', 'DUPLICATE_EXTERNAL_ID']]])
    expect((await people())[0]).toMatchObject({ version: 1 })
  })

  it('is in conflict when the same number comes with another external ID of the same source', async () => {
    const done = await put([{ ...moved, external_id: 'NEW-1' }], { onDuplicate: 'update' })
    expect(await codesOf(done)).toEqual([[1, ['CONFLICT', 'DUPLICATE_ID_NUMBER']]])
  })

  it('is updated under the same number from another source, and keeps its first external ID', async () => {
    const options = { onDuplicate: 'update', source: 'other' }
    const done = await put([{ ...moved, external_id: 'NEW-1' }], options)
    expect(done.counts).toMatchObject(counts({ updated: 1 }))
    expect((await people())[0]).toMatchObject({ external_id: 'T00000001', source: 'file', version: 2 })
    expect((await put([{ ...moved, external_id: 'NEW-1' }], options)).counts).toMatchObject(
      counts({ unchanged: 1 }),
    )
  })

  it('is in conflict when the keys are those of two people', async () => {
    const done = await put([{ ...moved, ...idOf(2) }], { onDuplicate: 'update' })
    expect(await codesOf(done)).toEqual([[1, ['CONFLICT', ...BOTH]]])
  })

  it('is never brought back once deleted', async () => {
    await deps
      .db('patients')
      .where({ external_id: 'T00000001' })
      .update({ deleted_at: '2026-01-01 00:00:00' })
    expect((await put([person(1)])).counts).toMatchObject(counts({ rejected: 1 }))
    const done = await put([moved], { onDuplicate: 'update' })
    expect(await codesOf(done)).toEqual([[1, ['CONFLICT', ...BOTH]]])
  })
})

function idOf(n: number): PersonCells {
  const { id_number, date_of_birth, gender } = person(n)
  return { id_number, date_of_birth, gender } as PersonCells
}

describe.each([
  ['in one chunk', 0],
  ['in different chunks', 4],
])('a second row with the same key %s', (_, between) => {
  const second = { ...person(1), name: 'Second Row' }
  const file = (...rows: PersonCells[]) => [rows[0] as PersonCells, ...filler(between), ...rows.slice(1)]

  it('is a duplicate even when identical', async () => {
    const done = await put(file(person(1), person(1)))
    expect(done.counts).toMatchObject(counts({ inserted: 1 + between, rejected: 1 }))
    expect(await codesOf(done)).toEqual([[2 + between, BOTH]])
    const skipping = await put(file(person(1), person(1)), { onDuplicate: 'skip' })
    expect(skipping.counts).toMatchObject(counts({ unchanged: 1 + between, skipped: 1 }))
  })

  it('updates the first one, or is in conflict with it', async () => {
    const done = await put(file(person(1), second, { ...second, ...idOf(3) }), { onDuplicate: 'update' })
    expect(done.counts).toMatchObject(counts({ inserted: 1 + between, updated: 1, rejected: 1 }))
    expect(await codesOf(done)).toEqual([[3 + between, ['CONFLICT', 'DUPLICATE_EXTERNAL_ID']]])
    expect((await people()).filter((row) => row.external_id === 'T00000001')).toMatchObject([
      { name: 'Second Row' },
    ])
  })

  it('may claim the key when the first was refused or skipped', async () => {
    const bad = { ...person(1), phone: 'none' }
    expect((await put(file(bad, person(1)))).counts).toMatchObject(
      counts({ inserted: 1 + between, rejected: 1 }),
    )
    await deps.emptyTables()
    await put([person(2)])
    // the first row is a duplicate of a stored patient, so its other key is free
    const skipped = { ...person(2), ...idOf(1) }
    const done = await put(file(skipped, person(1)), { onDuplicate: 'skip' })
    expect(done.counts).toMatchObject(counts({ inserted: 1 + between, skipped: 1 }))
  })

  it('keeps the first image of every field that two rows change', async () => {
    await put([person(1)])
    const one = { ...person(1), phone: '0198765432' }
    const two = { ...person(1), phone: '0198765433', email: 'a@example.com' }
    const done = await put(file(one, two), { onDuplicate: 'update' })
    expect(done.counts).toMatchObject(counts({ updated: 2, inserted: between }))
    const [image] = await deps.db('import_changes').where({ operation_no: done.no })
    expect(image.fields_before).toEqual({ phone: '+60120000001', email: null })
    expect((await people())[0]).toMatchObject({ phone: '+60198765433', version: image.version_after })
  })

  it('counts the same in a rehearsal, which writes nothing', async () => {
    await put([person(2)])
    const rows = file(person(1), second, { ...second, ...idOf(3) }, person(2), { ...person(2), name: 'Dua' })
    const before = await Promise.all([people(), deps.db('counters'), deps.db('cache_invalidations')])
    for (const onDuplicate of ['reject', 'skip', 'update']) {
      const rehearsal = await put(rows, { onDuplicate, dryRun: true })
      expect(rehearsal.status).toBe('needs_review')
      await deps.emptyTables()
      await put([person(2)])
      const real = await put(rows, { onDuplicate })
      expect(rehearsal.counts, onDuplicate).toEqual(real.counts)
      await deps.emptyTables()
      await put([person(2)])
    }
    await put(rows, { onDuplicate: 'update', dryRun: true })
    const { length } = await deps.db('import_changes')
    expect(length).toBe(0)
    const ids = (list: { id: string; version: number }[]) => list.map(({ version }) => version)
    expect(ids(await people())).toEqual(ids(before[0]))
    expect(await deps.db('counters')).toEqual(before[1])
  })
})
