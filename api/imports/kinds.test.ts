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
  expect((await kindsOf(admin)).sort()).toEqual([...KINDS].sort())
  expect(await kindsOf(assistant)).toEqual(['patients'])
  expect((await post('/api/imports', assistant)).status).toBe(403)
  expect((await post('/api/imports/preview', assistant)).status).toBe(403)
  expect((await post('/api/imports', admin)).status).toBe(202)
  expect((await post('/api/imports/preview', admin)).body).toMatchObject({
    ...{ missing: [], strictness: 'strict', problemsByCode: {} },
    rows: [{ values: { doctor_code: 'DR01', name: 'Dr A' } }, { values: { name: 'Dr Again' } }],
  })
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
