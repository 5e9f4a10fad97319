import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { refusedFile } from '../../shared/imports/refused.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { csvOf, csvRow, PATIENT_HEADER, person } from '../../shared/testing/people.ts'
import { type ImportRig, importRig } from './testing.ts'

let deps: TestDeps
let rig: ImportRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 100 })
  rig = importRig(deps)
})
beforeEach(() => deps.emptyTables())
afterAll(async () => {
  await rig.close()
  await deps.close()
})

const data = (name: string) => fileURLToPath(new URL(`../../shared/testing/data/${name}`, import.meta.url))
const counted = async () => Number((await deps.db('patients').count({ n: '*' }).first())?.n)
const rows = (n: number) => Array.from({ length: n }, (_, i) => person(i))
const withHeader = (header: string) => `${header}\n${csvRow(person(1))}`

describe('a file that is wrong as a whole', () => {
  it.each([
    ['is empty', '', 'import/empty-file', /empty/],
    ['has blank lines only', '\n \r\n\n', 'import/empty-file', /blank/],
    ['is a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'import/not-a-table', /PNG/],
    [
      'has a needed column missing',
      withHeader(PATIENT_HEADER.replace('date_of_birth', 'something')),
      'import/bad-mapping',
      /date_of_birth/,
    ],
    [
      'has a column twice',
      withHeader(PATIENT_HEADER.replace('phone', 'name')),
      'import/bad-mapping',
      /more than once: name/,
    ],
    ['has no header at all', csvRow(person(1)) + csvRow(person(2)), 'import/bad-mapping', /external_id/],
    [
      'has 100,000 columns',
      `${Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(',')}\n`,
      'import/bad-header',
      /1000 columns/,
    ],
    ['has one endless line', `${'x'.repeat(3_000_000)}`, 'import/bad-header', /longer than 1 MB/],
  ])('%s: fails, saying what is wrong and where', async (_, text, code, detail) => {
    const done = await rig.import({ text })
    expect(done.status).toBe('failed')
    expect(done.error).toMatchObject({ code, detail: expect.stringMatching(detail) })
    expect(await counted()).toBe(0)
    expect(done.counts ?? {}).toEqual({})
  })

  it('names every wrong part of a given mapping', async () => {
    const mapping = { name: 'Nobody', phone_number: 'phone' }
    const done = await rig.import({ text: csvOf(rows(1)) }, { mapping })
    const paths = ((done.error as Record<string, unknown>).errors as { path: string }[])
      .map(({ path }) => path)
      .sort()
    expect(paths).toEqual(['mapping.name', 'mapping.phone', 'mapping.phone_number'])
  })

  it('leaves no working files, and a second bell for it does nothing', async () => {
    const { id } = await rig.request({ text: '' })
    expect(await rig.run(id)).toMatchObject({ end: 'failed', code: 'import/empty-file' })
    expect(await rig.run(id)).toEqual({ end: 'nothing-to-do' })
    expect(await readdir(join(deps.config.DATA_DIR, 'work'))).toEqual([])
  })
})

it('completes with a header only, all counts 0', async () => {
  const done = await rig.import({ text: `${PATIENT_HEADER}\n` })
  expect(done).toMatchObject({ status: 'completed', total: 0, percent: '100.00' })
  expect(done.counts).toEqual({ read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 })
})

describe('files of other systems, leniently', () => {
  it.each([
    ['synthea/patients.csv', 27, []],
    ['openmrs/patients.csv', 299, ['phone']],
  ])('%s: everybody with a name comes in, and what was left out is told', async (name, people, columns) => {
    const done = await rig.import(data(name), { strictness: 'lenient' })
    expect(done.error).toBeNull()
    expect(done.counts).toMatchObject({ read: people, inserted: people, rejected: 0 })
    const [row] = await deps.db('patients').orderBy('id').limit(1)
    expect(row.name).toMatch(/^\S+ \S+/)
    const counts = done.counts as Record<string, number>
    const told = columns.map((column) => `${column} ${counts[`leftOut.${column}`]}`).join(', ')
    expect(done.note).toBe(told === '' ? null : `Left out: ${told}`)
  })

  it('imports them again as unchanged', async () => {
    await rig.import(data('openmrs/patients.csv'), { strictness: 'lenient' })
    const again = await rig.import(data('openmrs/patients.csv'), { strictness: 'lenient' })
    expect(again.counts).toMatchObject({ read: 299, unchanged: 299 })
  })
})

describe('refused rows', () => {
  it('come back as a file that, mended, is imported', async () => {
    const formula = { ...person(3), address: '=HYPERLINK("x")', remarks: '+60 call\n"first"', phone: 'none' }
    const file = [person(1), { ...person(2), gender: 'X' }, formula, person(4)]
    const done = await rig.import({ text: csvOf(file) })
    expect(done.counts).toMatchObject({ inserted: 2, rejected: 2 })
    let text = ''
    for await (const part of refusedFile(deps, done)) text += part
    expect(text).toMatch(/^\ufeff/)
    expect(text).toContain(`"'=HYPERLINK(""x"")"`)
    const again = await rig.import({ text }, {})
    expect(again.counts).toMatchObject({ read: 2, rejected: 2 })
    const mended = text.replace(',X,', ',F,').replace(',none,', ',0123456789,')
    const fine = await rig.import({ text: mended })
    expect(fine.counts).toMatchObject({ read: 2, inserted: 2 })
    const row = await deps.db('patients').where({ external_id: 'T00000003' }).first()
    expect(row).toMatchObject({ address: '=HYPERLINK("x")', remarks: '+60 call\n"first"' })
  })

  it('are kept however large: quotation marks grow fourfold on their way into the database', async () => {
    const line = `${Array(65).fill(`"${'""'.repeat(7600)}"`)}\n`
    const done = await rig.import({ text: `${PATIENT_HEADER}\n${csvRow(person(1))}${line.repeat(9)}` })
    expect(done.error).toBeNull()
    expect(done.counts).toMatchObject({ read: 10, inserted: 1, rejected: 9 })
  })
})

it('leaves no working files behind, and keeps the mapping', async () => {
  await rig.import({ text: csvOf(rows(5)) })
  expect(await readdir(join(deps.config.DATA_DIR, 'work'))).toEqual([])
  expect(await deps.db('import_mappings')).toHaveLength(1)
  expect(await deps.db('import_keys')).toHaveLength(0)
})

it('writes an audit row for every chunk, sums included', async () => {
  const done = await rig.import({ text: csvOf(rows(250)) })
  const chunks = await deps.db('audit_entries').where({ action: 'imports.chunk', entity_id: done.id })
  expect(chunks.map((row) => row.detail.inserted).sort()).toEqual([100, 100, 50])
})

it('reads the encodings and line ends of old systems alike', async () => {
  const text = csvOf([{ ...person(1), name: 'José Ångström', company: 'Café €' }, person(2)])
  const utf16 = Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n').replaceAll(',', '\t')}`, 'utf16le')
  const latin = Buffer.from(text.replace('€', '\u0080').replaceAll('\n', '\r'), 'latin1')
  for (const file of [utf16, latin]) {
    await deps.emptyTables()
    expect((await rig.import({ text: file })).counts).toMatchObject({ inserted: 2 })
    const row = await deps.db('patients').where({ external_id: 'T00000001' }).first()
    expect(row).toMatchObject({ name: 'José Ångström', company: 'Café €' })
  }
})
