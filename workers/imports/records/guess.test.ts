import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { rebuildFigures } from '../../../shared/dashboard/commands.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { beforeEachWrite, type ImportRig, importRig } from '../testing.ts'

const ROWS = 40
let deps: TestDeps
let rig: ImportRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 100 })
})
beforeEach(async () => {
  await deps.emptyTables()
  rig = importRig(deps)
  await rig.import({ text: 'doctor_code,name\nDR01,Dr A\nDR02,Dr B\n' }, {}, 'doctors')
  await rig.import({
    text:
      'external_id,name,id_type,id_number,date_of_birth,gender,phone,registered_at\n' +
      'P1,Siti,PASSPORT,A0000001,1990-01-01,F,0123456789,2024-01-01\n' +
      'P2,Aminah,PASSPORT,A0000002,1990-01-01,F,0123456788,2024-01-01\n',
  })
})
afterEach(() => rig.close())
afterAll(() => deps.close())

const numbers = Array.from({ length: ROWS }, (_, i) => i)
const VISITS =
  'external_id,patient_external_id,visit_at,doctor_code,status,diagnosis_code,consultation_fee,medicine_fee,total_amount\n' +
  numbers
    .map((i) => `V${i},${i % 2 === 0 ? 'P1' : 'P2'},2024-03-01 10:00,DR01,completed,J06.9,10,0,10\n`)
    .join('')
const payments = (sen: number) =>
  'external_id,visit_external_id,paid_at,amount,method,receipt_number,status\n' +
  numbers.map((i) => `Y${i},V${i},2024-04-01 10:00,${sen},cash,R${i},paid\n`).join('')

/** Does something once, after the first piece was guessed and before it is written. */
async function between(kind: string, text: string, happens: () => Promise<unknown>) {
  const plain = rig.services.bulkDb
  beforeEachWrite(rig, async (n) => {
    if (n === 1) await happens()
  })
  const done = await rig.import({ text }, {}, kind)
  rig.services.bulkDb = plain
  expect(done.error).toBeNull()
  return done
}

const figures = async () => {
  const [rows] = await deps.db.raw(
    `select measure, doctor_id, sum(value) as n from (select measure, doctor_id, value from day_figures union all
       select measure, doctor_id, value from figure_deltas) f group by measure, doctor_id having n <> 0
     order by measure, doctor_id`,
  )
  return rows.map((row: Record<string, unknown>) => Object.values(row).map(String).join(' '))
}

it('a patient who goes between the guess and the write takes no visits', async () => {
  const done = await between('visits', VISITS, () =>
    deps
      .db('patients')
      .where({ external_id: 'P2' })
      .update({ deleted_at: '2026-01-01', version: deps.db.raw('version + 1') }),
  )
  expect(done.counts).toMatchObject({ read: ROWS, inserted: ROWS / 2, rejected: ROWS / 2 })
  const codes = await deps.db('operation_errors').where({ operation_no: done.no }).pluck('first_code')
  expect(new Set(codes)).toEqual(new Set(['UNKNOWN_PATIENT']))
  expect(await deps.db('visits').pluck('id')).toHaveLength(ROWS / 2)
})

it('a visit that changes between the guess and the write of its payments counts for its new doctor', async () => {
  await rig.import({ text: VISITS }, {}, 'visits')
  const done = await between('payments', payments(10), async () => {
    const changed = VISITS.replaceAll(',DR01,', ',DR02,')
    const other = importRig(deps)
    const { error } = await other.import({ text: changed }, { onDuplicate: 'update' }, 'visits')
    await other.close()
    expect(error).toBeNull()
  })
  expect(done.counts).toMatchObject({ read: ROWS, inserted: ROWS, rejected: 0 })
  const asItCame = await figures()
  await rebuildFigures(deps)
  expect(await figures()).toEqual(asItCame)
})

it('a visit that is paid between the guess and the write is not paid twice', async () => {
  await rig.import({ text: VISITS }, {}, 'visits')
  const done = await between('payments', payments(6), () =>
    deps.db('imported_visits').where({ external_id: 'V7' }).update({ paid_sen: 500 }),
  )
  expect(done.counts).toMatchObject({ read: ROWS, inserted: ROWS - 1, rejected: 1 })
  const refused = await deps.db('operation_errors').where({ operation_no: done.no }).first('*')
  expect([Number(refused.row_no), refused.first_code]).toEqual([8, 'OVERPAYMENT'])
})

it('a key that somebody takes between the guess and the write is refused, the other rows are not', async () => {
  const done = await between(
    'medications',
    'sku,generic_name,unit,selling_price\nRX1,A,tablet,1\nRX2,B,tablet,1\n',
    () =>
      deps.db('medications').insert({ sku: 'RX2', generic_name: 'C', unit: 'tablet', selling_price: '2.00' }),
  )
  expect(done.counts).toMatchObject({ read: 2, inserted: 1, rejected: 1 })
})
