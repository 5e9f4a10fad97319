import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testFolder, textRow, workbookParts, writeZip } from '../../shared/imports/formats/testing.ts'
import { ensureBuilt } from '../../shared/testing/launcher.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { expectNothingLeft } from './testing.ts'

const example = (name: string) =>
  readFile(fileURLToPath(new URL(`../../shared/testing/data/import-examples/${name}`, import.meta.url)))

let api: TestApi
let cookie: string
let folder: Awaited<ReturnType<typeof testFolder>>
beforeAll(async () => {
  await ensureBuilt()
  folder = await testFolder()
  api = await startTestApi()
})
beforeEach(async () => {
  await api.deps.emptyTables()
  cookie = await api.signIn('admin')
})
afterAll(async () => {
  await api.close()
  await folder.remove()
})

const preview = (body: Buffer, { name = 'p.xlsx', format = '', options = {} } = {}) => {
  const asked = api.http
    .post('/api/imports/preview')
    .set('Cookie', cookie)
    .set('X-Requested-With', 'clinic')
    .field('kind', 'patients')
    .field('options', JSON.stringify(options))
  return (format === '' ? asked : asked.field('format', format)).attach('file', body, name)
}

const MB = 1024 * 1024
const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex')
const HEADER = textRow(1, 'external_id', 'name')

describe('a preview', () => {
  it('of a workbook shows columns, mapping and rows as they would be stored, and keeps nothing', async () => {
    const answer = await preview(await example('xlsx/patients.xlsx'))
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      format: 'xlsx',
      encoding: null,
      delimiter: null,
      lineEnd: null,
      strictness: 'strict',
      missing: [],
      rowsChecked: 300,
      mapping: { id_number: 'id_number', date_of_birth: 'date_of_birth' },
    })
    expect(answer.body.rows[0]).toMatchObject({ row: 1, line: 2, problems: [{ code: 'BAD_NRIC_FORMAT' }] })
    expect(answer.body.rows[1]).toMatchObject({ line: 3, values: { date_of_birth: '1990-03-19' } })
    await expectNothingLeft(api)
  })

  it('of FHIR lines has a mapping of its own; of the beginning of a file the cut line is left out', async () => {
    const file = await example('ndjson/Patient.ndjson')
    const answer = await preview(file.subarray(0, 20_000), { name: 'p.json' })
    expect(answer.body).toMatchObject({
      format: 'ndjson',
      strictness: 'strict',
      missing: [],
      problemsByCode: {},
    })
    expect(answer.body.rows).toHaveLength(20)
    await expectNothingLeft(api)
  })

  it.each([
    ['a picture named .xlsx', async () => PNG, '', 'import/not-a-table'],
    ['a table said to be a workbook', async () => Buffer.from('a,b\n1,2\n'), 'xlsx', 'import/not-a-table'],
    ['a workbook said to be CSV', async () => example('xlsx/patients.xlsx'), 'csv', 'import/not-a-table'],
    [
      'a workbook that is cut off',
      async () => (await example('xlsx/patients.xlsx')).subarray(0, 20_000),
      '',
      'import/broken-file',
    ],
    [
      'a bomb',
      async () => {
        const parts = { ...workbookParts(HEADER), 'xl/worksheets/sheet1.xml': Buffer.alloc(64 * MB, ' ') }
        return readFile(await writeZip(folder.path('bomb.xlsx'), parts))
      },
      '',
      'import/too-much-inside',
    ],
    [
      'a Bundle of nobody',
      async () => Buffer.from('{"resourceType":"Bundle","entry":[]}'),
      '',
      'import/empty-file',
    ],
  ])('of %s: 422 with the reason', async (_, make, format, code) => {
    const answer = await preview(await make(), { format })
    expect([answer.status, answer.body.code]).toEqual([422, code])
    expect(answer.body.detail).toBeTruthy()
    await expectNothingLeft(api)
  })

  it('asked for by many at once waits for its turn', async () => {
    const file = await example('xlsx/patients.xlsx')
    const answers = await Promise.all(Array.from({ length: 6 }, () => preview(file)))
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200))
    await expectNothingLeft(api)
  })
})

it('an import keeps the format that was said', async () => {
  const answer = await api.http
    .post('/api/imports')
    .set('Cookie', cookie)
    .set('X-Requested-With', 'clinic')
    .field('kind', 'patients')
    .field('format', 'ndjson')
    .attach('file', await example('ndjson/Patient.ndjson'), 'p.ndjson')
  expect(answer.status).toBe(202)
  expect(answer.body.operation.params).toMatchObject({ format: 'ndjson' })
})
