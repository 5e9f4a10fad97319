import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rebuildFigures } from '../../../shared/dashboard/commands.ts'
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
beforeEach(async () => {
  await deps.emptyTables()
  await rig.import({ text: 'doctor_code,name\nDR01,Dr A\nDR02,Dr B\n' }, {}, 'doctors')
  await rig.import({ text: PATIENTS })
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

const PATIENTS =
  'external_id,name,id_type,id_number,date_of_birth,gender,phone,registered_at\n' +
  'P1,Siti,PASSPORT,A0000001,1990-01-01,F,0123456789,2024-01-01\n' +
  'P2,Ali,PASSPORT,A0000002,2020-05-05,M,0123456789,2024-01-01\n'
const HEADER =
  'external_id,patient_external_id,visit_at,doctor_code,queue_number,status,symptoms,diagnosis_code,' +
  'diagnosis_text,consultation_fee,medicine_fee,total_amount,mc_days,mc_start,notes\n'
const visit = (id: string, change: Record<string, string> = {}) => {
  const row = {
    ...{ id, patient: 'P1', at: '2024-02-29T17:00:00Z', doctor: 'DR01', queue: '007', status: 'completed' },
    ...{ symptoms: 'Demam', code: 'j06.9', text: 'URTI', fee: '35', medicine: 'RM 1.50', total: '36.5' },
    ...{ days: '2', start: '2024-03-01', notes: '"a\nb"' },
    ...change,
  }
  return `${Object.values(row).join(',')}\n`
}
const imported = (text: string, options?: Record<string, unknown>) => rig.import({ text }, options, 'visits')

async function refused(no: number) {
  const rows = await deps.db('operation_errors').where({ operation_no: no }).orderBy('row_no')
  return Object.fromEntries(
    rows.map((row) => [row.row_no, row.problems.map(({ code }: { code: string }) => code)]),
  )
}

/** The figures of the dashboard, whether folded in already or not. */
async function figures(): Promise<Record<string, number>> {
  const [rows] = await deps.db.raw(
    `select measure, day, part, sum(value) as n from (
       select measure, day, doctor_id, part, value from day_figures union all
       select measure, day, doctor_id, part, value from figure_deltas) f
     where measure <> 'new-patients' group by 1, 2, 3 having n <> 0 order by 1, 2, 3`,
  )
  return Object.fromEntries(
    rows.map((row: Record<string, string>) => [`${row.measure} ${row.day} ${row.part}`, Number(row.n)]),
  )
}

async function undo(id: string) {
  await undoOperation(deps, rig.services.queues, id, { principal: null })
  await rig.run(id)
  return rig.record(id)
}

it('a visit is history: a visit with its diagnosis, no ticket, figures by Malaysian days', async () => {
  const done = await imported(HEADER + visit('V1'))
  expect(done.error).toBeNull()
  expect(done.counts).toMatchObject({ read: 1, inserted: 1, rejected: 0 })
  expect(await deps.db('imported_visits').first('*')).toMatchObject({
    ...{ external_id: 'V1', visited_on: '2024-03-01', queue_number: '007', status: 'completed' },
    ...{ consultation_sen: 3500, medicine_sen: 150, total_sen: 3650, mc_days: 2, mc_start: '2024-03-01' },
    notes: 'a\nb',
  })
  const stored = await deps.db('visits').first('*')
  expect(stored).toMatchObject({ visited_on: '2024-03-01' })
  expect(await deps.db('diagnoses').select('code', 'text', 'visit_id', 'is_primary')).toEqual([
    { code: 'J06.9', text: 'URTI', visit_id: stored.id, is_primary: 1 },
  ])
  expect(await deps.db('tickets').first('id')).toBeUndefined()
  expect(await figures()).toEqual({
    'visits 2024-03-01 completed': 1,
    'arrivals 2024-03-01 01': 1,
    'diagnoses 2024-03-01 J06.9': 1,
  })
})

it('every rule has its reason', async () => {
  const done = await imported(
    HEADER +
      visit('V1') +
      visit('V1') +
      visit('') +
      visit('V4', { patient: 'P9' }) +
      visit('V5', { at: '2024-02-30 10:00' }) +
      visit('V6', { at: '2090-01-01 10:00' }) +
      visit('V7', { patient: 'P2', at: '04/05/2020 23:59', start: '2020-05-06' }) +
      visit('V8', { doctor: 'DR99' }) +
      visit('V9', { status: 'done' }) +
      visit('V10', { code: '' }) +
      visit('V11', { code: '123' }) +
      visit('V12', { fee: '1e3' }) +
      visit('V13', { fee: '-5' }) +
      visit('V14', { status: 'NO_SHOW' }) +
      visit('V15', { total: '36.51' }) +
      visit('V16', { days: '61' }) +
      visit('V17', { start: '2024-02-29' }) +
      visit('V18', { fee: '', medicine: '', total: '' }) +
      visit('V19', { patient: 'P2', doctor: 'dr02', at: '05/05/2020 00:00', start: '05/05/2020' }),
  )
  const reasons = await refused(done.no)
  expect(reasons).toMatchObject({
    ...{ 2: ['DUPLICATE_EXTERNAL_ID'], 3: ['MISSING_EXTERNAL_ID'], 4: ['UNKNOWN_PATIENT'] },
    ...{ 5: ['BAD_VISIT_AT'], 6: ['VISIT_IN_FUTURE', 'BAD_MC_START'], 7: ['VISIT_BEFORE_BIRTH'] },
    ...{ 8: ['UNKNOWN_DOCTOR'], 9: ['BAD_STATUS'], 10: ['MISSING_DIAGNOSIS'], 11: ['BAD_DIAGNOSIS_CODE'] },
    ...{ 12: ['BAD_AMOUNT'], 13: ['NEGATIVE_AMOUNT'], 14: ['FEE_ON_CANCELLED'], 15: ['TOTAL_MISMATCH'] },
    ...{ 16: ['BAD_MC_DAYS'], 17: ['BAD_MC_START'], 18: ['BAD_AMOUNT', 'BAD_AMOUNT', 'BAD_AMOUNT'] },
  })
  expect(done.counts).toMatchObject({ read: 19, inserted: 2, rejected: 17 })
})

describe('a second file', () => {
  const FIRST =
    HEADER + visit('V1') + visit('V2', { status: 'cancelled', fee: '0', medicine: '0', total: '0' })

  it('changes what differs, and taking it back restores all of it', async () => {
    await imported(FIRST)
    const before = await contents()
    const done = await imported(
      HEADER +
        visit('V1', {
          patient: 'P2',
          doctor: 'DR02',
          at: '2024-04-01 09:00',
          code: 'A09',
          start: '2024-04-01',
        }) +
        visit('V2', { status: 'cancelled', fee: '0', medicine: '0', total: '0' }) +
        visit('V3'),
      { onDuplicate: 'update' },
    )
    expect(done.counts).toMatchObject({ read: 3, inserted: 1, updated: 1, unchanged: 1, rejected: 0 })
    const ali = await deps.db('patients').where({ external_id: 'P2' }).first('id')
    expect(await deps.db('visits').where({ patient_id: ali.id }).first()).toMatchObject({
      visited_on: '2024-04-01',
    })
    expect(await figures()).toMatchObject({ 'diagnoses 2024-04-01 A09': 1, 'visits 2024-04-01 completed': 1 })
    const counted = await figures()
    await rebuildFigures(deps)
    expect(await figures()).toEqual(counted)
    const undone = await undo(done.id)
    expect(undone.note).toContain('1 removed, 1 restored, 0 kept')
    expect(await contents()).toEqual(before)
  })

  it('a rehearsal and a refusal write nothing', async () => {
    await imported(FIRST)
    const before = await contents()
    const again = HEADER + visit('V1', { total: '37.5', fee: '36' }) + visit('V9') + visit('V9')
    const rehearsed = await imported(again, { dryRun: true })
    expect(rehearsed.counts).toMatchObject({ read: 3, inserted: 1, rejected: 2 })
    expect(await contents()).toEqual(before)
    const skipped = await imported(again, { onDuplicate: 'skip' })
    expect(skipped.counts).toMatchObject({ read: 3, inserted: 1, skipped: 2, rejected: 0 })
    await undo(skipped.id)
    expect(await contents()).toEqual(before)
  })
})

/** All that anybody sees of imported visits. */
async function contents() {
  const visits = await deps
    .db('visits')
    .orderBy('id')
    .select('patient_id', 'doctor_id', 'visited_on', 'imported_id')
  const records = await deps.db('imported_visits').orderBy('id').select('*')
  const diagnoses = await deps.db('diagnoses').orderBy('visit_id').select('visit_id', 'code', 'text')
  return {
    visits,
    diagnoses,
    records: records.map(({ version: _v, updated_at: _u, ...rest }) => rest),
    figures: await figures(),
  }
}

it('the example visits: accepted and refused as many as the summary says', async () => {
  await rig.import(data('doctors.csv'), { onDuplicate: 'update' }, 'doctors')
  await rig.import(data('patients.csv'))
  const done = await rig.import(data('visits.csv'), {}, 'visits')
  expect(done.counts).toMatchObject({ read: 921, inserted: 798, rejected: 123 })
  const again = await rig.import(data('visits.csv'), {}, 'visits')
  expect(again.counts).toMatchObject({ read: 921, unchanged: 798, rejected: 123 })
})
