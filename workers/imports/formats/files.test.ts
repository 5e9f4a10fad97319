import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { testFolder, textRow, workbookParts, writeZip } from '../../../shared/imports/formats/testing.ts'
import { refusedFile } from '../../../shared/imports/refused.ts'
import { cancelOperation, retryOperation } from '../../../shared/operations/commands.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { ensureBuilt } from '../../../shared/testing/launcher.ts'
import { PATIENT_HEADER, type PersonCells, person } from '../../../shared/testing/people.ts'
import { beforeEachWrite, type ImportRig, importRig } from '../testing.ts'

let deps: TestDeps
let rig: ImportRig
let folder: Awaited<ReturnType<typeof testFolder>>
beforeAll(async () => {
  await ensureBuilt()
  folder = await testFolder()
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 100 })
  rig = importRig(deps)
})
beforeEach(() => deps.emptyTables())
afterAll(async () => {
  await rig.close()
  await deps.close()
  await folder.remove()
})

const data = (name: string) => fileURLToPath(new URL(`../../../shared/testing/data/${name}`, import.meta.url))
const COLUMNS = PATIENT_HEADER.split(',')
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const cellsOf = (one: PersonCells) => COLUMNS.map((name) => escaped(one[name] ?? ''))

let count = 0
/** A workbook of these people. */
const workbook = (people: PersonCells[]) =>
  writeZip(
    folder.path(`${++count}.xlsx`),
    workbookParts(textRow(1, ...COLUMNS) + people.map((one, i) => textRow(i + 2, ...cellsOf(one))).join('')),
  )
const people = (n: number) => Array.from({ length: n }, (_, i) => person(i))
const counted = async () => Number((await deps.db('patients').count({ n: '*' }).first())?.n)
const expectNothingLeft = async () => {
  expect(await readdir(join(deps.config.DATA_DIR, 'work'))).toEqual([])
}

it.each([
  [
    'an archive that is cut off',
    async () => (await readFile(await workbook(people(3)))).subarray(0, 900),
    'import/broken-file',
  ],
  ['a picture', async () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'import/not-a-table'],
  [
    'a Bundle that is cut off',
    async () => Buffer.from('{\n"resourceType":"Bundle","entry":[{"resource":{'),
    'import/broken-file',
  ],
  [
    'a sheet that nests without end',
    async () => {
      const sheet = Buffer.concat([
        Buffer.from('<worksheet><sheetData>'),
        Buffer.from('<q>'.repeat(10_000_000)),
      ])
      const parts = { ...workbookParts(''), 'xl/worksheets/sheet1.xml': sheet, pad: randomBytesOf(400_000) }
      return readFile(await writeZip(folder.path('nested.xlsx'), parts))
    },
    /import\/(too-much-inside|broken-file)/,
  ],
])('%s fails with a reason, writes nothing and leaves nothing', async (_, make, code) => {
  const done = await rig.import({ text: await make() })
  expect(done.status).toBe('failed')
  expect((done.error as { code: string }).code).toMatch(code)
  expect(await counted()).toBe(0)
  await expectNothingLeft()
})

/** Bytes that do not pack, so that the archive as a whole looks honest. */
function randomBytesOf(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0, state = 1; i < length; i++) {
    state = Math.imul(state, 1_103_515_245) + 12_345
    bytes[i] = state >>> 16
  }
  return bytes
}

it('a workbook is rehearsed, then imported; refused rows come back as CSV that, mended, is imported', async () => {
  const formula: PersonCells = { ...person(3), remarks: '=HYPERLINK("x")', phone: 'none' }
  const path = await workbook([person(1), { ...person(2), gender: 'X' }, formula])
  const rehearsal = await rig.import(path, { dryRun: true })
  expect(rehearsal).toMatchObject({ status: 'needs_review', counts: { read: 3, inserted: 1, rejected: 2 } })
  expect(await counted()).toBe(0)
  const done = await rig.import(path)
  expect(done).toMatchObject({ status: 'completed', counts: { read: 3, inserted: 1, rejected: 2 } })
  let text = ''
  for await (const part of refusedFile(deps, done)) text += part
  expect(text).toContain(`"'=HYPERLINK(""x"")"`)
  const mended = text.replace(',X,', `,${person(2).gender},`).replace(',none,', ',0123456789,')
  expect((await rig.import({ text: mended })).counts).toMatchObject({ read: 2, inserted: 2 })
  const row = await deps
    .db('patients')
    .where({ external_id: formula.external_id ?? '' })
    .first()
  expect(row.remarks).toBe('=HYPERLINK("x")')
})

it('goes on from the staged table when it is tried again', async () => {
  const { id } = await rig.request(await workbook(people(350)))
  const plain = rig.services.bulkDb
  beforeEachWrite(rig, async (n) => {
    if (n === 3) await cancelOperation(deps, id, { principal: null })
  })
  await rig.run(id)
  rig.services.bulkDb = plain
  expect((await rig.record(id)).status).toBe('cancelled')
  await retryOperation(deps, rig.services.queues, id, { principal: null })
  await rig.run(id)
  expect(await rig.record(id)).toMatchObject({ status: 'completed', counts: { read: 350, inserted: 350 } })
  expect(await counted()).toBe(350)
  await expectNothingLeft()
})

it('patients of other systems come in leniently, out of FHIR lines and a Bundle', async () => {
  const lines = gunzipSync(await readFile(data('fhir/Patient.000.ndjson.gz')))
  const done = await rig.import({ text: lines }, { strictness: 'lenient' })
  expect(done.error).toBeNull()
  expect(done.counts).toMatchObject({ read: 13, inserted: 13, rejected: 0 })
  const bundle = gunzipSync(await readFile(data('fhir/bundle.json.gz')))
  const one = await rig.import({ text: bundle }, { strictness: 'lenient' })
  expect(one.counts).toMatchObject({ read: 1, inserted: 1 })
  expect(one.note).toMatch(/\d+ other resources of the file are no part of this import/)
  expect(await rig.import({ text: bundle }, { strictness: 'lenient' })).toMatchObject({
    counts: { unchanged: 1 },
  })
})

it('a refused line that is no JSON comes back with its beginning', async () => {
  const done = await rig.import({ text: '{"resourceType":"Patient","id":"1"}\n{"resourceType":"Pat' })
  expect(done.counts).toMatchObject({ read: 2, rejected: 2 })
  let text = ''
  for await (const part of refusedFile(deps, done)) text += part
  expect(text).toMatch(/2,2,,NOT_JSON,.*"\{""resourceType"":""Pat"/)
})
