import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recogniseFile } from './recognise.ts'
import { testFolder, textRow, workbookParts, writeZip } from './testing.ts'

let folder: Awaited<ReturnType<typeof testFolder>>
beforeAll(async () => {
  folder = await testFolder()
})
afterAll(() => folder.remove())

async function file(content: string | Buffer): Promise<string> {
  const path = folder.path('file')
  await writeFile(path, content)
  return path
}

const PATIENT = '{"resourceType":"Patient","id":"1"}'
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const LOCKED = Buffer.from('EncryptedPackage', 'utf16le')
/** Its list of contents lies behind the first megabyte, as in a large file. */
const LOCKED_LARGE = Buffer.concat([OLE, Buffer.alloc(1024 * 1024), LOCKED])
LOCKED_LARGE.writeUInt16LE(9, 30)
LOCKED_LARGE.writeInt32LE(2047, 48)

describe('by its content a file is', () => {
  it.each([
    ['ndjson', `${PATIENT}\n${PATIENT}\n`],
    ['ndjson', PATIENT],
    ['ndjson', `{"resourceType":"Pati\n${PATIENT}\n${PATIENT}\n`],
    ['ndjson', `{"resourceType":"Bundle","id":"1"}\n${PATIENT}\n`],
    ['ndjson', `\ufeff\n${PATIENT}\r\n`],
    ['fhir', '{\n  "resourceType": "Bundle",\n  "entry": []\n}'],
    ['fhir', '{"id":"x","meta":{"a":"b"},"resourceType":"Bundle","entry":[]}'],
    ['fhir', '{"entry":[{"resource":{}}]}'],
    ['fhir', `[\n${PATIENT}\n]`],
    ['fhir', '{ "resourceType": "Patient",\n  "id": "1" }'],
    ['csv', 'a,b\n1,2\n'],
    ['tsv', 'a\tb\n1\t2\n'],
    ['csv', '{name},{b}\n1,2\n'],
  ])('%s: %s', async (format, content) => {
    expect((await recogniseFile(await file(content))).format).toBe(format)
  })

  it('xlsx, whatever its name', async () => {
    const path = await writeZip(folder.path('a.csv'), workbookParts(textRow(1, 'a')))
    expect(await recogniseFile(path)).toMatchObject({ format: 'xlsx', encoding: null })
  })
})

it.each([
  ['a picture', PNG, undefined, 'import/not-a-table', /PNG/],
  ['a picture said to be a workbook', PNG, 'xlsx', 'import/not-a-table', /not an Excel workbook.*PNG/],
  ['a text said to be a workbook', 'a,b\n', 'xlsx', 'import/not-a-table', /not an Excel/],
  ['a table said to be a Bundle', 'a,b\n', 'fhir', 'import/not-a-table', /not FHIR/],
  ['a picture said to be FHIR', PNG, 'ndjson', 'import/not-a-table', /PNG/],
  [
    'a workbook with a password',
    Buffer.concat([OLE, LOCKED]),
    undefined,
    'import/protected-file',
    /password/,
  ],
  ['a large workbook with a password', LOCKED_LARGE, undefined, 'import/protected-file', /password/],
  ['an old workbook', OLE, undefined, 'import/not-a-table', /xls/],
  ['a web page', '<html><table></table></html>', undefined, 'import/not-a-table', /web page/],
  ['nothing', '', 'xlsx', 'import/empty-file', /empty/],
] as const)('%s is refused, saying what it is', async (_, content, format, code, detail) => {
  const path = await file(content as string | Buffer)
  const recognising = recogniseFile(path, format === undefined ? {} : { format })
  await expect(recognising).rejects.toMatchObject({ code })
  await expect(recogniseFile(path, format === undefined ? {} : { format })).rejects.toThrow(detail)
})
