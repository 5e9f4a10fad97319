import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
beforeEach(() => api.deps.emptyTables())
afterAll(() => api.close())

const KINDS = [
  ...['patients', 'doctors', 'medications', 'icd10', 'visits', 'prescriptions', 'payments'],
  ...['conditions', 'appointments', 'users'],
]
const DOCTORS = Buffer.from('doctor_code,name\nDR01,Dr A\nDR01,Dr Again\n')

const get = (path: string, cookie: string) => api.http.get(path).set('Cookie', cookie)
const post = (path: string, cookie: string) =>
  api.http
    .post(path)
    .set('Cookie', cookie)
    .set('X-Requested-With', 'clinic')
    .field('kind', 'doctors')
    .attach('file', DOCTORS, 'doctors.csv')

const kindsOf = async (cookie: string): Promise<string[]> =>
  (await get('/api/imports/kinds', cookie)).body.data.map(({ kind }: { kind: string }) => kind)

it('everybody sees the kinds that he may import, and may import no other', async () => {
  const admin = await api.signIn('admin')
  const assistant = await api.signIn('assistant')
  expect((await kindsOf(admin)).sort()).toEqual([...KINDS, 'bundle'].sort())
  expect(await kindsOf(assistant)).toEqual(['patients'])
  expect((await post('/api/imports', assistant)).status).toBe(403)
  expect((await post('/api/imports/preview', assistant)).status).toBe(403)
  expect((await post('/api/imports', admin)).status).toBe(202)
  expect((await post('/api/imports/preview', admin)).body).toMatchObject({
    ...{ missing: [], strictness: 'strict', problemsByCode: {} },
    rows: [{ values: { doctor_code: 'DR01', name: 'Dr A' } }, { values: { name: 'Dr Again' } }],
  })
})

it('a bundle is shown by the first kind that it brings, asks for no columns and has no template', async () => {
  const admin = await api.signIn('admin')
  const lines = [
    { resourceType: 'Encounter', id: 'V1', status: 'finished', subject: { reference: 'Patient/P1' } },
    { resourceType: 'Patient', id: 'P1', name: [{ text: 'Siti' }], gender: 'female' },
  ]
  const send = (path: string) =>
    api.http
      .post(path)
      .set('Cookie', admin)
      .set('X-Requested-With', 'clinic')
      .field('kind', 'bundle')
      .attach('file', Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n')), 'all.ndjson')
  const preview = await send('/api/imports/preview')
  expect(preview.body).toMatchObject({
    ...{ format: 'ndjson', mapping: {}, missing: [], strictness: 'lenient', rowsChecked: 1 },
    rows: [{ row: 2, line: 2, values: { name: 'Siti', gender: 'F' } }],
  })
  expect((await send('/api/imports')).body.operation).toMatchObject({ kind: 'bundle', status: 'queued' })
  expect((await get('/api/imports/kinds/bundle/template.csv', admin)).status).toBe(404)
})

it('each kind has a template with its columns', async () => {
  const admin = await api.signIn('admin')
  for (const kind of KINDS) {
    const answer = await get(`/api/imports/kinds/${kind}/template.csv`, admin)
    expect(answer.status, kind).toBe(200)
    const header = answer.text.replace('\ufeff', '').trim().split(',')
    const { data } = (await get('/api/imports/kinds', admin)).body
    const { fields } = data.find((one: { kind: string }) => one.kind === kind)
    expect(header).toEqual(fields.map(({ name }: { name: string }) => name))
  }
})
