import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { undoOperation } from '../../../shared/operations/commands.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { type ImportRig, importRig } from '../testing.ts'

const data = (name: string) =>
  fileURLToPath(new URL(`../../../shared/testing/data/import-examples/csv/${name}`, import.meta.url))

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

const imported = (kind: string, text: string, options?: Record<string, unknown>) =>
  rig.import({ text }, options, kind)

/** The reasons of refused rows, by row. */
async function refused(no: number) {
  const rows = await deps.db('operation_errors').where({ operation_no: no }).orderBy('row_no')
  return Object.fromEntries(
    rows.map((row) => [row.row_no, row.problems.map(({ code }: { code: string }) => code)]),
  )
}

async function undo(id: string) {
  await undoOperation(deps, rig.services.queues, id, { principal: null })
  await rig.run(id)
  return rig.record(id)
}

const DOCTORS = 'doctor_code,name,specialty,mmc_number,apc_number,room\n'
const MEDICATIONS = 'sku,name,unit,atc_code,poison_group,cost_price,selling_price\n'

describe.each([
  ['doctors', 'doctors', 12],
  ['medications', 'medications', 24],
  ['icd10', 'icd10_codes', 20],
])('the example %s', (kind, table, rows) => {
  it('come in once, are unchanged the second time and can be taken back', async () => {
    const first = await rig.import(data(`${kind}.csv`), {}, kind)
    expect(first.error).toBeNull()
    expect(first.counts).toMatchObject({ read: rows, inserted: rows, rejected: 0 })
    const again = await rig.import(data(`${kind}.csv`), {}, kind)
    expect(again.counts).toMatchObject({ read: rows, inserted: 0, unchanged: rows, rejected: 0 })
    const undone = await undo(first.id)
    expect(undone.status).toBe('undone')
    expect(undone.note).toContain(`${rows} removed`)
    expect(await deps.db(table).select('id')).toEqual([])
  })
})

it('doctors: every rule has its reason', async () => {
  const done = await imported(
    'doctors',
    `${DOCTORS}DR1,Dr A,,54321,15432/2026,2\nDR1,Dr Again,,,,\n,Dr No Code,,,,\nDR 2,Dr B,,,,\nDR3,,,,,\n` +
      'DR4,Dr D,,12345,,\nDR5,Dr E,,,99,\nDR6,Dr F,,54321,,\ndr7,Dr G,GP,,,\n',
  )
  expect(await refused(done.no)).toEqual({
    2: ['DUPLICATE_DOCTOR_CODE'],
    3: ['MISSING_DOCTOR_CODE'],
    4: ['BAD_DOCTOR_CODE'],
    5: ['MISSING_NAME'],
    6: ['BAD_MMC_NUMBER'],
    7: ['BAD_APC_NUMBER'],
    8: ['DUPLICATE_MMC_NUMBER'],
  })
  expect(done.counts).toMatchObject({ read: 9, inserted: 2, rejected: 7 })
  expect(await deps.db('doctors').where({ code: 'DR7' }).first('specialty', 'version')).toMatchObject({
    specialty: 'GP',
  })
})

it('medications: every rule has its reason, and prices are kept to the sen', async () => {
  const done = await imported(
    'medications',
    `${MEDICATIONS}A1,Paracetamol,tablet,n02be01,b,"RM 1,000.5",0.3\na 2,X,tablet,,,,1\n,X,tablet,,,,1\nA3,,tablet,,,,1\n` +
      'A4,X,,,,,1\nA5,X,tablet,,,,\nA6,X,tablet,,,,1.234\nA7,X,tablet,,,,-1\nA8,X,tablet,Q1,,,1\nA9,X,tablet,,Z,,1\nA1,X,tablet,,,,1\n',
  )
  const reasons = await refused(done.no)
  expect(reasons).toMatchObject({
    2: ['BAD_SKU'],
    3: ['MISSING_SKU'],
    4: ['MISSING_NAME'],
    5: ['MISSING_UNIT'],
    7: ['BAD_AMOUNT'],
    8: ['NEGATIVE_AMOUNT'],
    9: ['BAD_ATC'],
    10: ['BAD_POISON_GROUP'],
    11: ['DUPLICATE_SKU'],
  })
  expect(reasons[6]).toContain('BAD_AMOUNT')
  expect(await deps.db('medications').first('*')).toMatchObject({
    ...{ sku: 'A1', generic_name: 'Paracetamol', atc_code: 'N02BE01', poison_group: 'B' },
    ...{ cost_price: '1000.50', selling_price: '0.30' },
  })
})

it('icd10: codes are upper-cased, shaped and kept once', async () => {
  const done = await imported('icd10', 'code,title\nj06.9,URTI\nJ06.9,Again\nflu,Influenza\nA09,\n,X\n')
  const reasons = await refused(done.no)
  expect(reasons).toMatchObject({ 2: ['DUPLICATE_CODE'], 3: ['BAD_DIAGNOSIS_CODE'], 4: ['MISSING_TITLE'] })
  expect(reasons[5]).toContain('MISSING_CODE')
  expect(await deps.db('icd10_codes').select('code', 'title')).toEqual([{ code: 'J06.9', title: 'URTI' }])
})

describe('a row that is stored already', () => {
  const FIRST = `${DOCTORS}DR1,Dr A,GP,54321,,\nDR2,Dr B,,65432,,\n`
  const SECOND = `${DOCTORS}DR1,Dr Ali,,,,5\nDR2,Dr B,,54321,,\nDR2,Dr B,,,,\n`

  it.each([
    ['reject', { unchanged: 1, rejected: 2 }],
    ['skip', { unchanged: 1, skipped: 2, rejected: 0 }],
    ['update', { unchanged: 1, updated: 1, rejected: 1 }],
  ])('with %s', async (onDuplicate, counts) => {
    await imported('doctors', FIRST)
    const done = await imported('doctors', SECOND, { onDuplicate })
    expect(done.counts).toMatchObject({ read: 3, inserted: 0, ...counts })
    if (onDuplicate !== 'update') return
    // an empty cell never erases; a number that another doctor holds is a contradiction
    expect(await refused(done.no)).toEqual({
      2: ['DUPLICATE_DOCTOR_CODE', 'DUPLICATE_MMC_NUMBER', 'CONFLICT'],
    })
    expect(await deps.db('doctors').where({ code: 'DR1' }).first()).toMatchObject({
      ...{ name: 'Dr Ali', specialty: 'GP', mmc_number: '54321', room: '5', version: 2 },
    })
  })

  it('is restored to the letter when the import is taken back, unless it was changed since', async () => {
    await imported('doctors', FIRST)
    const before = await deps.db('doctors').orderBy('id').select('name', 'specialty', 'mmc_number', 'room')
    const done = await imported('doctors', `${DOCTORS}DR1,Dr Ali,,,,5\nDR2,Dr Bee,,,,\nDR3,Dr C,,,,\n`, {
      onDuplicate: 'update',
    })
    await deps.db('doctors').where({ code: 'DR2' }).update({ room: '9', version: 3 })
    const undone = await undo(done.id)
    expect(undone.note).toContain('1 removed, 1 restored, 1 kept')
    const after = await deps.db('doctors').orderBy('id').select('name', 'specialty', 'mmc_number', 'room')
    expect(after).toEqual([before[0], { ...before[1], name: 'Dr Bee', room: '9' }])
  })
})

it('a rehearsal counts what would be and writes nothing', async () => {
  await imported('doctors', `${DOCTORS}DR1,Dr A,,,,\n`)
  const text = `${DOCTORS}DR1,Dr A,,,,\nDR2,Dr B,,,,\nDR2,Dr B,,,,\nDR1,Dr A,,,,\n`
  const done = await imported('doctors', text, { dryRun: true })
  expect(done.status).toBe('needs_review')
  expect(done.counts).toMatchObject({ read: 4, inserted: 1, unchanged: 1, rejected: 2 })
  expect(await deps.db('doctors').pluck('code')).toEqual(['DR1'])
  const real = await imported('doctors', text)
  expect(real.counts).toMatchObject({ read: 4, inserted: 1, unchanged: 1, rejected: 2 })
})
