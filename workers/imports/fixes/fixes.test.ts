import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { undoOperation } from '../../../shared/operations/commands.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { csvOf, type PersonCells, person } from '../../../shared/testing/people.ts'
import { beforeEachWrite, type ImportRig, importRig } from '../testing.ts'
import { type FixRig, fixRig, sumOf } from './testing.ts'

let deps: TestDeps
let rig: ImportRig
let lane: FixRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 2 })
})
beforeEach(async () => {
  await deps.emptyTables()
  rig = importRig(deps)
  lane = fixRig(deps, rig)
})
afterAll(async () => {
  await deps.close()
})

const put = (rows: PersonCells[], options = {}) => rig.import({ text: csvOf(rows) }, options)
const people = () => deps.db('patients').orderBy('external_id')
const names = async () => (await people()).map(({ external_id }) => external_id)
const id = (n: number) => `T${String(n).padStart(8, '0')}`
/** Five rows with a gender that nobody reads, two without phone, between good ones. */
const odd = (n: number) => ({ ...person(n), gender: n % 2 === 1 ? 'Laki' : 'Wanita' })
const file = () => [
  person(1),
  ...[10, 11, 12, 13, 14].map(odd),
  person(2),
  { ...person(20), phone: '' },
  { ...odd(21), phone: '-' },
]
const GENDER = { code: 'BAD_GENDER', column: 'gender' }
const toSexes = { ...GENDER, change: { to: 'mapped' as const, values: { Laki: 'M', Wanita: 'F' } } }

describe('a group of refused rows', () => {
  it('is changed and runs again as a part of the same import; what is undone then is all of it', async () => {
    const { id: op, no } = await put(file())
    expect(await lane.causes(op)).toEqual({ 'BAD_GENDER gender': 6, 'MISSING_PHONE phone': 1 })
    const done = await lane.fix(op, [toSexes])
    expect(done).toMatchObject({ status: 'completed', phase: null, error: null, percent: '100.00' })
    expect(done.counts).toMatchObject({ read: 9, inserted: 7, updated: 0, skipped: 0, rejected: 2 })
    expect(done.note).toBe('Refused rows: 6 tried again, 0 skipped, 0 of the file left')
    expect(await lane.causes(op)).toEqual({ 'BAD_PHONE phone': 1, 'MISSING_PHONE phone': 1 })
    const made = await people()
    expect(made.map(({ external_id }) => external_id)).toEqual([1, 2, 10, 11, 12, 13, 14].map(id))
    expect(new Set(made.map(({ import_no }) => import_no))).toEqual(new Set([no]))
    expect(made.find(({ external_id }) => external_id === id(11))).toMatchObject({ gender: 'M', version: 1 })
    const refused = await deps.db('operation_errors').where({ operation_no: no }).orderBy('row_no')
    expect(refused.map(({ row_no, line_no }) => [Number(row_no), Number(line_no)])).toEqual([
      [8, 9],
      [9, 10],
    ])
    await undoOperation(deps, rig.services.queues, op, { principal: null })
    await rig.run(op)
    expect(await rig.record(op)).toMatchObject({ status: 'undone' })
    expect(await names()).toEqual([])
  })

  it('is left empty, skipped for good, or read leniently; the sum of the counts always holds', async () => {
    const { id: op } = await put([
      { ...person(1), email: 'nonsense' },
      { ...person(2), state: 'Atlantis' },
      { ...person(3), phone: 'none' },
      { ...person(4), date_of_birth: '31/31/1990' },
      person(5),
    ])
    const done = await lane.fix(op, [
      { code: 'BAD_EMAIL', column: 'email', change: { to: 'empty' } },
      { code: 'BAD_STATE', column: 'state', change: { to: 'value', value: 'Johor' } },
      { code: 'BAD_PHONE', column: 'phone', strictness: 'lenient' },
      { code: 'BAD_DOB', column: 'date_of_birth', skip: true },
    ])
    expect(done.counts).toMatchObject({ read: 5, inserted: 4, skipped: 1, rejected: 0 })
    expect(sumOf(done.counts)).toBe(5)
    expect((await people()).map(({ email, state, phone }) => [email, state, phone])).toEqual([
      [null, 'Selangor', '+60120000001'],
      [null, 'Johor', '+60120000002'],
      [null, 'Selangor', null],
      [null, 'Selangor', '+60120000005'],
    ])
    expect(await deps.db('operation_errors')).toEqual([])
    expect(await deps.db('import_keys')).toEqual([])
    const fixes = await deps.db('import_fixes').orderBy('fix_no')
    expect(fixes.map(({ state, counts }) => [state, counts])).toEqual([
      ['done', { skipped: 1, rejected: -1 }],
      ['done', { inserted: 2, rejected: -2 }],
      ['done', { inserted: 1, rejected: -1, 'leftOut.phone': 1 }],
    ])
  })

  it('gets its dates in the order that is said', async () => {
    const bornOn = { 1: '01-02-1950', 2: '3.1.1950', 3: '1/4/1950' } as const
    const rows = ([1, 2, 3] as const).map((n) => ({
      ...person(n),
      id_type: 'PASSPORT',
      id_number: `A00000${n}`,
      date_of_birth: bornOn[n],
    }))
    const { id: op } = await put(rows)
    const group = { code: 'BAD_DOB', column: 'date_of_birth' }
    await lane.fix(op, [{ ...group, change: { to: 'date', order: 'MDY' } }])
    expect((await people()).map(({ date_of_birth }) => date_of_birth)).toEqual([
      '1950-01-02',
      '1950-03-01',
      '1950-01-04',
    ])
  })

  it('stays as it is where the rows themselves cannot be read', async () => {
    const text = `${csvOf([person(1)])}T9,only two\n`
    const { id: op } = await rig.import({ text })
    const again = await lane.fix(op, [{ code: 'COLUMN_COUNT', column: null }])
    expect(again).toMatchObject({ status: 'completed', counts: { inserted: 1, rejected: 1 } })
    const skipped = await lane.fix(op, [{ code: 'COLUMN_COUNT', column: null, skip: true }])
    expect(skipped.counts).toMatchObject({ read: 2, inserted: 1, skipped: 1, rejected: 0 })
  })
})

describe('duplicates', () => {
  it('update or are skipped when that is said; a row never becomes equal to one of its own file', async () => {
    await put([person(1)])
    const changed = { ...person(1), address: 'New' }
    const { id: op, no } = await put([changed, person(2), person(2), { ...person(2), address: 'Newer' }])
    expect((await rig.record(op)).counts).toMatchObject({ inserted: 1, rejected: 3 })
    const group = { code: 'DUPLICATE_EXTERNAL_ID', column: 'external_id' }
    const same = await lane.fix(op, [group])
    expect(same.counts).toMatchObject({ inserted: 1, unchanged: 0, rejected: 3 })
    const done = await lane.fix(op, [{ ...group, onDuplicate: 'update' }])
    expect(done.counts).toMatchObject({ read: 4, inserted: 1, updated: 3, rejected: 0 })
    expect((await people()).map(({ address, version }) => [address, version])).toEqual([
      ['New', 2],
      ['Newer', 2],
    ])
    await undoOperation(deps, rig.services.queues, op, { principal: null })
    await rig.run(op)
    expect((await people()).map(({ address, import_no }) => [address, import_no === no])).toEqual([
      [person(1).address, false],
    ])
    expect(await deps.db('import_changes')).toEqual([])
  })

  it('with a key that an earlier good row has are duplicates, though no key of the file stood twice', async () => {
    const { id: op } = await put([person(1), { ...person(2), external_id: '' }])
    const fix = { code: 'MISSING_EXTERNAL_ID', column: 'external_id' }
    const done = await lane.fix(op, [{ ...fix, change: { to: 'value', value: id(1) } }])
    expect(done.counts).toMatchObject({ inserted: 1, rejected: 1 })
    expect(await lane.causes(op)).toEqual({ 'DUPLICATE_EXTERNAL_ID external_id': 1 })
    const other = { code: 'DUPLICATE_EXTERNAL_ID', column: 'external_id' }
    const last = await lane.fix(op, [{ ...other, change: { to: 'value', value: id(2) } }])
    expect(last.counts).toMatchObject({ inserted: 2, rejected: 0 })
  })
})

describe('the file of refused rows', () => {
  it('comes back mended, in another order and twice, and only its rows run', async () => {
    const { id: op } = await put(file())
    const [header, ...lines] = (await lane.refusedCsv(op)).trimEnd().split('\r\n')
    const mended = lines.map((line) =>
      line
        .replace(/,Laki,/, ',M,')
        .replace(/,Wanita,/, ',F,')
        .replace(/,(-|),(,1[0-9]|,2[0-9])/, ',$1,$2'),
    )
    const text = `${[header, ...mended.reverse()].join('\r\n')}\r\n`
    const done = await lane.sendMended(op, text)
    expect(done.counts).toMatchObject({ read: 9, inserted: 7, rejected: 2 })
    const again = await lane.sendMended(op, text)
    expect(again).toMatchObject({ status: 'completed', counts: done.counts })
    expect(again.note).toContain('5 of the file left')
    expect((await names()).length).toBe(7)
  })

  it('brings rows that could not be read, and formulas come back as they were', async () => {
    const text = `${csvOf([
      { ...person(1), phone: '' },
      { ...person(2), remarks: '=1+1', gender: '?' },
    ])}T9,only two\n`
    const { id: op } = await rig.import({ text })
    const [header = '', ...lines] = (await lane.refusedCsv(op)).trimEnd().split('\r\n')
    const columns = header.replace('\ufeff', '').split(',')
    const cells = columns.map((name) => (name === '_row' ? '3' : (person(9)[name]?.replace(',', '') ?? '')))
    const mended = [lines[0], (lines[1] ?? '').replace(',?,', ',F,'), cells.join(',')]
    const done = await lane.sendMended(op, `${[header, ...mended].join('\r\n')}\r\n`)
    expect(done.counts).toMatchObject({ read: 3, inserted: 2, rejected: 1 })
    expect((await people()).map(({ external_id, remarks }) => [external_id, remarks])).toEqual([
      [id(2), '=1+1'],
      [id(9), null],
    ])
  })

  it('that is another file takes nothing from the import', async () => {
    const { id: op } = await put(file())
    const before = (await rig.record(op)).counts
    for (const text of ['%PDF-1.7 no table', 'a,b\n1,2\n', '']) {
      const done = await lane.sendMended(op, text)
      expect(done).toMatchObject({ status: 'completed', counts: before, error: null })
      expect(done.note).toContain('Not mended')
    }
  })
})

it('a worker that dies between any two pieces is followed by one that goes on: the end is the same', async () => {
  const rows = [...Array.from({ length: 9 }, (_, n) => odd(100 + n)), { ...person(3), phone: '' }]
  const { id: op, no } = await put(rows)
  await lane.ask(op, [
    { what: 'again', fixes: [toSexes] },
    { what: 'skip', groups: [{ code: 'MISSING_PHONE', column: 'phone' }] },
  ])
  let killed = 0
  beforeEachWrite(rig, async (n) => {
    // the holder is gone as after kill -9: nobody ends the run, and the next one has a higher fence
    if (n % 2 === 0) {
      killed++
      await deps
        .db('operations')
        .where({ id: op })
        .update({ fence: deps.db.raw('fence + 1'), heartbeat_at: null })
    }
  })
  for (let tries = 0; tries < 40 && (await rig.record(op)).status !== 'completed'; tries++) {
    await deps.db('operations').where({ id: op }).update({ heartbeat_at: null })
    await rig.run(op)
    expect(sumOf((await rig.record(op)).counts)).toBe(10)
  }
  expect(killed).toBeGreaterThan(2)
  expect(await rig.record(op)).toMatchObject({
    status: 'completed',
    counts: { read: 10, inserted: 9, skipped: 1, rejected: 0 },
  })
  expect(await deps.db('patients').where({ import_no: no })).toHaveLength(9)
  const fixes = await deps.db('import_fixes').orderBy('fix_no')
  expect(fixes.map(({ counts }) => counts)).toEqual([
    { inserted: 9, rejected: -9 },
    { skipped: 1, rejected: -1 },
  ])
})
