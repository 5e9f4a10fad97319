import { afterAll, beforeAll, expect, it } from 'vitest'
import { listDuplicates } from '../../../shared/patients/reads.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { csvOf, type PersonCells } from '../../../shared/testing/people.ts'
import { type ImportRig, importRig } from '../testing.ts'
import { ask } from './testing.ts'

let deps: TestDeps
let rig: ImportRig
beforeAll(async () => {
  deps = await testDeps()
  rig = importRig(deps)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

let seed = 7
const dice = (n: number) => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed % n
}
const some = <T>(of: readonly T[]): T => of[dice(of.length)] as T
const WORDS =
  'Aminah Aminnah Rahman Rahmann Kumar Kumra Lim Lin Siti Nur Nurul Muhammad Mohd Ahmad Tan Mei'.split(' ')
const DAYS = [
  '1980-03-04',
  '1980-04-03',
  '1981-01-01',
  '1990-12-12',
  '1990-12-13',
  '1961-02-07',
  '1961-07-02',
]
const PHONES = Array.from({ length: 15 }, (_, n) => `01234560${10 + n}`)

/** People of few names, days and telephones, so that many look alike in every way the rule knows. */
const crowd = (series: string, size: number): PersonCells[] =>
  Array.from({ length: size }, (_, n) => ({
    external_id: `${series}${n}`,
    name: Array.from({ length: 1 + dice(3) }, () => some(WORDS)).join(' bin '),
    id_type: 'PASSPORT',
    id_number: `${series}RULE${1000 + n}`,
    date_of_birth: some(DAYS),
    gender: 'M',
    phone: some(PHONES),
    registered_at: '2024-02-29',
  }))

it('finds exactly whom the desk would be warned of', async () => {
  await rig.import({ text: csvOf(crowd('A', 30)) })
  const { id, no } = await rig.import({ text: csvOf(crowd('B', 12)) })
  await ask(deps, rig, id)
  await rig.run(id)
  const rows = await deps.db('import_duplicates').select('imported_patient_id', 'other_patient_id', 'reasons')
  const found = rows.map((row) => `${row.imported_patient_id} ${row.other_patient_id} ${row.reasons}`).sort()
  const people = await deps.db('patients').select('id', 'name', 'date_of_birth', 'phone', 'import_no')
  const importNo = new Map(people.map((each) => [String(each.id), Number(each.import_no)]))
  const expected: string[] = []
  for (const own of people.filter((each) => Number(each.import_no) === no)) {
    const question = { name: own.name, dateOfBirth: own.date_of_birth, phone: own.phone }
    const { data } = await listDuplicates(deps, question, 'clinical-2')
    // the answer holds twenty at most, and he who is asked for is among them
    expect(data.length).toBeLessThan(20)
    for (const { id: other, reasons } of data) {
      const isEarlier = importNo.get(String(other)) !== no || Number(other) < Number(own.id)
      const hasName = reasons.some((reason) => /name/i.test(reason))
      if (String(other) !== String(own.id) && isEarlier && hasName)
        expected.push(`${own.id} ${other} ${reasons.join()}`)
    }
  }
  expect(found).toEqual(expected.sort())
  expect(found.length).toBeGreaterThan(20)
})

it('a telephone of a whole company says nothing, and that is said', async () => {
  const staff = Array.from({ length: 60 }, (_, n) => ({
    ...(crowd('C', 60)[n] as PersonCells),
    name: `Staff ${String.fromCharCode(97 + (n % 26)).repeat(6)}${n}`,
    date_of_birth: `20${10 + (n % 15)}-0${1 + Math.floor(n / 15)}-25`,
    phone: '0388881234',
  }))
  const { id, no } = await rig.import({ text: csvOf(staff) })
  await ask(deps, rig, id)
  await rig.run(id)
  expect(await deps.db('import_duplicates').where({ operation_no: no })).toEqual([])
  const { status, note } = await rig.record(id)
  expect([status, note]).toEqual(['completed', expect.stringContaining('Left out, shared by too many: 1')])
})
