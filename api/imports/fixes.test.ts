import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { csvOf, person } from '../../shared/testing/people.ts'
import { type ImportRig, importRig } from '../../workers/imports/testing.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { uploads } from './testing.ts'

let api: TestApi
let rig: ImportRig
let maker: string

beforeAll(async () => {
  api = await startTestApi()
  rig = importRig(api.deps)
})
beforeEach(async () => {
  await api.deps.emptyTables()
  maker = await api.signIn('assistant', 'maker')
})
afterAll(async () => {
  await rig.close()
  await api.close()
})

const get = (path: string, cookie = maker) => api.http.get(path).set('Cookie', cookie)
const post = (path: string, cookie = maker) =>
  api.http.post(path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const rows = [
  person(1),
  ...[2, 3, 4].map((n) => ({ ...person(n), gender: n % 2 === 1 ? 'Laki' : 'Wanita' })),
  { ...person(5), phone: '' },
]

async function imported(options: Record<string, unknown> = {}): Promise<string> {
  const answer = await post('/api/imports')
    .field('kind', 'patients')
    .field('options', JSON.stringify(options))
    .attach('file', Buffer.from(csvOf(rows)), 'p.csv')
  expect(answer.status).toBe(202)
  await rig.run(answer.body.operation.id)
  return answer.body.operation.id
}

const GENDER = { code: 'BAD_GENDER', column: 'gender' }
const fixes = [{ ...GENDER, change: { to: 'mapped', values: { Laki: 'M', Wanita: 'F' } } }]
const sendFixes = (id: string, body: unknown = { fixes }, cookie = maker) =>
  post(`/api/operations/${id}/fixes`, cookie).send(body as object)
const sendFile = (id: string, text: string) =>
  post(`/api/operations/${id}/fixes/file`).attach('file', Buffer.from(text), 'mended.csv')

it('groups are shown with examples and values, looked at beforehand, and mended', async () => {
  const id = await imported()
  const shown = await get(`/api/operations/${id}/fixes`)
  expect(shown.status).toBe(200)
  expect(shown.body.groups).toMatchObject([
    {
      ...GENDER,
      ...{
        count: 3,
        field: 'gender',
        canChange: true,
        canBeEmpty: false,
        canRunAgain: true,
        isDuplicate: false,
      },
      examples: [{ row: 2, line: 3, value: 'Wanita' }, { value: 'Laki' }, { value: 'Wanita' }],
      values: [
        { value: 'Wanita', count: 2 },
        { value: 'Laki', count: 1 },
      ],
      valuesOf: 3,
    },
    { code: 'MISSING_PHONE', column: 'phone', count: 1, values: [{ value: '', count: 1 }] },
  ])
  const preview = await post(`/api/operations/${id}/fixes/preview`).send({ fixes })
  expect(preview.status).toBe(200)
  expect(preview.body.rows).toHaveLength(3)
  expect(preview.body.rows[0]).toMatchObject({
    ...{ row: 2, line: 3, becomes: 'tried', problems: [] },
    changes: [{ field: 'gender', before: 'Wanita', after: 'F' }],
  })
  const asked = await sendFixes(id)
  expect(asked.status).toBe(202)
  expect(asked.headers.location).toBe(`/api/operations/${id}`)
  expect(asked.body.operation).toMatchObject({
    id,
    status: 'queued',
    progress: { percent: 0, placeInLine: 1 },
  })
  await rig.run(id)
  expect((await get(`/api/operations/${id}`)).body).toMatchObject({
    status: 'completed',
    counts: { read: 5, inserted: 4, rejected: 1 },
    progress: { percent: 100, processed: 5, total: 5 },
  })
  const after = (await get(`/api/operations/${id}/fixes`)).body
  expect(after.groups).toHaveLength(1)
  expect(after.fixes).toMatchObject([
    { no: 1, state: 'done', what: 'again', groups: [GENDER], counts: { inserted: 3, rejected: -3 } },
  ])
  const audit = await api.deps.db('audit_entries').where({ entity_id: id, action: 'imports.fix' })
  expect(audit).toHaveLength(1)
  expect(JSON.stringify(audit[0].detail)).toContain('BAD_GENDER gender')
  expect(JSON.stringify(audit[0].detail)).not.toContain('Wanita')
})

it('asked twice at once, one is heard and the other told how it stands; again, there is nothing to do', async () => {
  const id = await imported()
  const answers = await Promise.all([sendFixes(id), sendFixes(id)])
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409])
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
    code: 'state/conflict',
    operation: { id, status: 'queued' },
  })
  await rig.run(id)
  expect((await sendFixes(id)).status).toBe(202)
  await rig.run(id)
  expect((await get(`/api/operations/${id}`)).body.counts).toMatchObject({
    read: 5,
    inserted: 4,
    rejected: 1,
  })
  expect(await api.deps.db('patients')).toHaveLength(4)
})

describe('what cannot be', () => {
  const BAD: [string, number, unknown][] = [
    ['no fixes', 400, { fixes: [] }],
    ['an unknown member', 400, { fixes: [{ ...GENDER, evil: 1 }] }],
    ['two things at once', 400, { fixes: [{ ...GENDER, skip: true, strictness: 'lenient' }] }],
    ['an unknown change', 400, { fixes: [{ ...GENDER, change: { to: 'nothing' } }] }],
    ['a group without its column', 400, { fixes: [{ code: 'BAD_GENDER' }] }],
    ['a field that there is not', 422, { fixes: [{ ...GENDER, field: 'shoe', change: { to: 'empty' } }] }],
    ['a needed field left empty', 422, { fixes: [{ ...GENDER, change: { to: 'empty' } }] }],
    ['two fixes for one group', 422, { fixes: [GENDER, GENDER] }],
    ['rows that cannot be read', 422, { fixes: [{ code: 'COLUMN_COUNT', column: null }] }],
  ]
  it.each(BAD)('%s: %i, and nothing happens', async (_, status, body) => {
    const id = await imported()
    for (const path of ['fixes', 'fixes/preview'])
      expect((await post(`/api/operations/${id}/${path}`).send(body as object)).status, path).toBe(status)
    expect(await api.deps.db('import_fixes')).toEqual([])
    expect((await get(`/api/operations/${id}`)).body.status).toBe('completed')
  })

  it('an import in another state, of somebody else, or without refused rows', async () => {
    const id = await imported()
    const other = await api.signIn('assistant', 'other')
    expect((await get(`/api/operations/${id}/fixes`, other)).status).toBe(404)
    expect((await sendFixes(id, { fixes }, other)).status).toBe(404)
    expect((await sendFixes('0')).status).toBe(404)
    await post(`/api/operations/${id}/undo`)
    expect((await sendFixes(id)).status).toBe(409)
    expect((await sendFile(id, 'x')).status).toBe(409)
    await rig.run(id)
    expect(await sendFixes(id)).toMatchObject({ status: 409, body: { operation: { status: 'undone' } } })
    const fine = await imported({ strictness: 'lenient' })
    expect((await sendFixes(fine)).status).toBe(409)
  })
})

it('the file of refused rows comes back mended; another file is refused at once and not kept', async () => {
  const id = await imported()
  const csv = (await get(`/api/operations/${id}/errors.csv`)).text
  for (const text of ['a,b\n1,2\n', '%PDF-1.7 no table', csvOf(rows)]) {
    expect((await sendFile(id, text)).status, text.slice(0, 8)).toBe(422)
    expect(await uploads(api)).toEqual([])
  }
  const field = post(`/api/operations/${id}/fixes/file`)
    .field('x', '1')
    .attach('file', Buffer.from(csv), 'm.csv')
  expect((await field).status).toBe(400)
  const answer = await sendFile(id, csv.replaceAll(',Laki,', ',M,').replaceAll(',Wanita,', ',F,'))
  expect(answer.status).toBe(202)
  await rig.run(id)
  expect((await get(`/api/operations/${id}`)).body.counts).toMatchObject({ inserted: 4, rejected: 1 })
  expect(await uploads(api)).toEqual([])
})

it('all or nothing can be asked for', async () => {
  const id = await imported({ mode: 'all-or-nothing' })
  expect((await get(`/api/operations/${id}`)).body).toMatchObject({
    status: 'failed',
    error: { code: 'import/rows-refused', status: 422 },
    counts: { read: 5, inserted: 0, skipped: 1, rejected: 4 },
  })
  expect((await get(`/api/operations/${id}/errors`)).body.meta.total).toBe(4)
  expect(await api.deps.db('patients')).toEqual([])
})
