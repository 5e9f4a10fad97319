import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { type ImportRig, importRig } from '../testing.ts'

const VISITS = 150
let deps: TestDeps
let rig: ImportRig
let other: ImportRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 20 })
})
beforeEach(async () => {
  await deps.emptyTables()
  rig = importRig(deps)
  other = importRig(deps)
  await rig.import({ text: 'doctor_code,name\nDR01,Dr A\n' }, {}, 'doctors')
  await rig.import({
    text:
      'external_id,name,id_type,id_number,date_of_birth,gender,phone,registered_at\n' +
      'P1,Siti,PASSPORT,A0000001,1990-01-01,F,0123456789,2024-01-01\n',
  })
})
afterEach(async () => {
  await rig.close()
  await other.close()
})
afterAll(() => deps.close())

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i)
const visits =
  'external_id,patient_external_id,visit_at,doctor_code,status,diagnosis_code,consultation_fee,medicine_fee,total_amount\n' +
  numbers(VISITS)
    .map(
      (i) => `V${i},P1,2024-03-${String((i % 28) + 1).padStart(2, '0')} 10:00,DR01,completed,J06.9,10,0,10\n`,
    )
    .join('')
const payments = (prefix: string) =>
  'external_id,visit_external_id,paid_at,amount,method,receipt_number,status\n' +
  numbers(VISITS)
    .map((i) => `${prefix}${i},V${i},2024-04-01 10:00,6,cash,${prefix}${i},paid\n`)
    .join('')

const both = (texts: [string, string], kind: string, options: Record<string, unknown> = {}) =>
  Promise.all([
    rig.import({ text: texts[0] }, options, kind),
    other.import({ text: texts[1] }, options, kind),
  ])

const sumOf = (done: { counts: Record<string, number> | null }[], name: string) =>
  done.reduce((sum, { counts }) => sum + (counts?.[name] ?? 0), 0)

it.each(['reject', 'update'])('two imports of the same visits put each in once (%s)', async (onDuplicate) => {
  const done = await both([visits, visits], 'visits', { onDuplicate })
  expect(done.map(({ error, status }) => [error, status])).toEqual([
    [null, 'completed'],
    [null, 'completed'],
  ])
  expect([sumOf(done, 'read'), sumOf(done, 'inserted'), sumOf(done, 'unchanged')]).toEqual([
    2 * VISITS,
    VISITS,
    VISITS,
  ])
  expect(await deps.db('visits').pluck('imported_id')).toHaveLength(VISITS)
  expect(await deps.db('diagnoses').pluck('visit_id')).toHaveLength(VISITS)
})

it('two imports of different payments never pay more than a visit costs', async () => {
  await rig.import({ text: visits }, {}, 'visits')
  const done = await both([payments('A'), payments('B')], 'payments')
  expect(done.map(({ error }) => error)).toEqual([null, null])
  expect([sumOf(done, 'inserted'), sumOf(done, 'rejected')]).toEqual([VISITS, VISITS])
  expect(await deps.db('imported_visits').distinct('paid_sen').pluck('paid_sen')).toEqual([600])
  const [taken] = await deps.db('figure_deltas').where({ measure: 'takings' }).sum({ sen: 'value' })
  const [folded] = await deps.db('day_figures').where({ measure: 'takings' }).sum({ sen: 'value' })
  expect(Number(taken?.sen ?? 0) + Number(folded?.sen ?? 0)).toBe(VISITS * 600)
})

it('a rehearsal sees what its own earlier pieces would have paid', async () => {
  await rig.import({ text: visits }, {}, 'visits')
  const twice = payments('A') + payments('B').split('\n').slice(1).join('\n')
  const rehearsed = await rig.import({ text: twice }, { dryRun: true }, 'payments')
  expect(rehearsed.counts).toMatchObject({ read: 2 * VISITS, inserted: VISITS, rejected: VISITS })
  expect(await deps.db('imported_payments').first('id')).toBeUndefined()
  const real = await rig.import({ text: twice }, {}, 'payments')
  expect(real.counts).toMatchObject({ read: 2 * VISITS, inserted: VISITS, rejected: VISITS })
})

it('statements of a piece do not grow with its rows', async () => {
  const statementsOf = async (kind: string, text: string) => {
    let n = 0
    const count = () => n++
    rig.services.bulkDb.on('query', count)
    const done = await rig.import({ text }, {}, kind)
    rig.services.bulkDb.removeListener('query', count)
    expect(done.error).toBeNull()
    return n
  }
  const rows = (text: string, from: number, to: number) => {
    const [header, ...lines] = text.split('\n')
    return `${[header, ...lines.slice(from, to)].join('\n')}\n`
  }
  expect(await statementsOf('visits', rows(visits, 0, 20))).toBe(
    await statementsOf('visits', rows(visits, 20, 22)),
  )
  expect(await statementsOf('payments', rows(payments('A'), 0, 20))).toBe(
    await statementsOf('payments', rows(payments('A'), 20, 22)),
  )
})
