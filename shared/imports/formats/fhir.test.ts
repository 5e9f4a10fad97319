import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromJson, testFolder } from './testing.ts'

const data = (name: string) =>
  gunzipSync(readFileSync(fileURLToPath(new URL(`../../testing/data/fhir/${name}`, import.meta.url))))

let folder: Awaited<ReturnType<typeof testFolder>>
beforeAll(async () => {
  folder = await testFolder()
})
afterAll(() => folder.remove())

let count = 0
async function file(content: string | Buffer): Promise<string> {
  const path = folder.path(String(++count))
  await writeFile(path, content)
  return path
}
const patient = (id: string, more = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ text: `Ali ${id}` }],
  ...more,
})
const lines = (...values: unknown[]) =>
  values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n')
const summary = (converted: Awaited<ReturnType<typeof fromJson>>) =>
  converted.rows.map(({ row, line, cells, problem }) => [row, line, problem?.code ?? cells[0]])

describe('a resource a line', () => {
  it('is read line by line; blank lines do not count; what is none is one refused row', async () => {
    const path = await file(
      `\ufeff${lines(patient('1'), '', '  \r', '{"resourceType":"Pat', '{}', '42', 'null', '[]', patient('2', { resourceType: 'patient' }), patient('3'))}`,
    )
    expect(summary(await fromJson('ndjson', path))).toEqual([
      [1, 1, '1'],
      [2, 4, 'NOT_JSON'],
      [3, 5, 'NOT_RESOURCE'],
      [4, 6, 'NOT_RESOURCE'],
      [5, 7, 'NOT_RESOURCE'],
      [6, 8, 'NOT_RESOURCE'],
      [7, 9, 'WRONG_RESOURCE_TYPE'],
      [8, 10, '3'],
    ])
  })

  it('may be long; one of more than 8 MB is refused without being held', async () => {
    const long = patient('1', { text: { div: 'x'.repeat(3_000_000) } })
    const endless = `{"resourceType":"Patient","x":"${'y'.repeat(9 * 1024 * 1024)}"}`
    const path = await file(lines(long, endless, patient('2')))
    expect(summary(await fromJson('ndjson', path))).toEqual([
      [1, 1, '1'],
      [2, 2, 'ROW_TOO_LONG'],
      [3, 3, '2'],
    ])
  })

  it('keeps of a line that cannot be read its beginning, behind the columns', async () => {
    const path = await file(Buffer.concat([Buffer.from('{"a": "'), Buffer.from([0xff]), Buffer.from('"}')]))
    const { rows, columns } = await fromJson('ndjson', path)
    expect(rows[0]?.problem?.code).toBe('INVALID_ENCODING')
    expect(rows[0]?.cells[columns.length]).toMatch(/^\{"a"/)
  })

  it('leaves out of a preview the line that the sample cuts', async () => {
    const path = await file(lines(patient('1'), '{"resourceType":"Pat'))
    expect(summary(await fromJson('ndjson', path, { isPreview: true }))).toEqual([[1, 1, '1']])
  })

  it('says when there is nothing, or a kind that FHIR does not have here', async () => {
    await expect(fromJson('ndjson', await file('\n \r\n'))).rejects.toMatchObject({
      code: 'import/empty-file',
    })
    await expect(fromJson('ndjson', await file('{}'), { kind: 'payments' })).rejects.toThrow(/payments/)
  })

  it('trusts no shape', async () => {
    const odd = {
      name: 'x',
      identifier: { a: 1 },
      telecom: [null, 5],
      address: [[]],
      gender: {},
      birthDate: 7,
    }
    const { rows } = await fromJson(
      'ndjson',
      await file(lines(patient('1', odd), '{"resourceType":"Patient","__proto__":{"id":"9"}}')),
    )
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['1', '', '', '', '7', '', '', '', '', '', '', ''],
      ['', '', '', '', '', '', '', '', '', '', '', ''],
    ])
  })
})

it('an Encounter names patient, doctor, moment and diagnosis; a status of ours is none of FHIR', async () => {
  const encounter = (status: string, more = {}) => ({
    resourceType: 'Encounter',
    id: 'V1',
    status,
    subject: { reference: 'Patient/P1' },
    period: { start: '2024-01-01T10:00:00.000+08:00' },
    participant: [{ individual: { identifier: { value: 'DR01' } } }],
    reasonCode: [{ coding: [{ code: 'A09' }], text: 'Gastroenteritis' }],
    ...more,
  })
  const urn = { subject: { reference: 'urn:uuid:abc' } }
  const path = await file(
    lines(
      encounter('finished'),
      encounter('completed', urn),
      encounter('planned', { subject: { reference: 'Group/P1' } }),
    ),
  )
  const { rows } = await fromJson('ndjson', path, { kind: 'visits' })
  const rest = ['2024-01-01T10:00:00+08:00', 'DR01']
  expect(rows.map(({ cells }) => cells)).toEqual([
    ['V1', 'P1', ...rest, 'completed', 'A09', 'Gastroenteritis'],
    ['V1', 'abc', ...rest, 'FHIR: completed', 'A09', 'Gastroenteritis'],
    ['V1', '', ...rest, 'FHIR: planned', 'A09', 'Gastroenteritis'],
  ])
})

it('reads patients of other systems: names in parts, addresses in lines, passports by their type', async () => {
  const { rows } = await fromJson('ndjson', await file(data('Patient.000.ndjson.gz')))
  expect(rows).toHaveLength(13)
  expect(rows[0]?.cells.slice(0, 6)).toEqual([
    '129c6ac7-8d06-89de-ad63-0204a93e76c3',
    'Mrs. Sumiko254 Larue605 Medhurst46',
    'PASSPORT',
    'X53631011X',
    expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    'female',
  ])
})

describe('a Bundle', () => {
  const bundle = (...resources: unknown[]) => ({
    resourceType: 'Bundle',
    entry: resources.map((resource) => ({ fullUrl: 'urn:uuid:x', resource })),
  })
  const OTHER = { resourceType: 'Organization', name: 'a "quoted" } ] \\ name', entry: [{ a: 1 }] }

  it.each([0, 2])('is read entry by entry, indented by %i, the kind its own', async (indent) => {
    const text = JSON.stringify(bundle(OTHER, patient('1'), OTHER, patient('2')), null, indent)
    const found = await fromJson('fhir', await file(text))
    expect(found.rows.map(({ cells }) => cells[0])).toEqual(['1', '2'])
    const begin = text.split('\n').flatMap((line, i) => (line === '    {' ? [i + 1] : []))
    expect(found.rows.map(({ line }) => line)).toEqual(indent === 0 ? [1, 1] : [begin[1], begin[3]])
  })

  it('may be an array of resources, or a single one', async () => {
    expect(
      summary(await fromJson('fhir', await file(JSON.stringify([patient('1'), OTHER, patient('2')])))),
    ).toHaveLength(2)
    expect(summary(await fromJson('fhir', await file(JSON.stringify(patient('7'), null, 2))))).toEqual([
      [1, 1, '7'],
    ])
  })

  it('that is cut off is refused, naming the line; a preview shows what is there', async () => {
    const text = JSON.stringify(bundle(patient('1'), patient('2')), null, 1)
    const path = await file(text.slice(0, text.indexOf('Ali 2')))
    await expect(fromJson('fhir', path)).rejects.toMatchObject({
      code: 'import/broken-file',
      detail: expect.stringMatching(/cut off.*last line read is \d+/),
    })
    expect(summary(await fromJson('fhir', path, { isPreview: true }))).toEqual([[1, 4, '1']])
  })

  it.each([
    ['without anybody', bundle(OTHER), 'import/empty-file', /no Patient in it, only 1 other/],
    ['of nothing', bundle(), 'import/empty-file', /no Patient/],
    ['that is another resource', OTHER, 'import/empty-file', /a Organization|no Patient/],
    ['that is other JSON', { a: 1 }, 'import/not-a-table', /no FHIR Bundle/],
  ])('%s is refused, saying so', async (_, value, code, detail) => {
    const path = await file(JSON.stringify(value))
    await expect(fromJson('fhir', path)).rejects.toMatchObject({
      code,
      detail: expect.stringMatching(detail),
    })
  })

  it('with an entry that is no proper JSON is refused, naming its line', async () => {
    const path = await file(
      '{"resourceType":"Bundle","entry":[\n{"resource":{"resourceType":"Patient" "id":1}}]}',
    )
    await expect(fromJson('fhir', path)).rejects.toThrow(/line 2/)
  })

  it('of another system: its patient, and its visits and conditions by themselves', async () => {
    const path = await file(data('bundle.json.gz'))
    const people = await fromJson('fhir', path)
    expect(people.rows).toHaveLength(1)
    const [id] = people.rows[0]?.cells ?? []
    const visits = await fromJson('fhir', path, { kind: 'visits' })
    expect(visits.rows.length).toBeGreaterThan(5)
    expect(new Set(visits.rows.map(({ cells }) => cells[1]))).toEqual(new Set([id]))
    const conditions = await fromJson('fhir', path, { kind: 'conditions' })
    expect(conditions.rows.map(({ cells }) => cells[1])).toContain(id)
  })
})
