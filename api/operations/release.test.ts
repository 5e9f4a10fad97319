import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { csvOf, person } from '../../shared/testing/people.ts'
import { type ImportRig, importRig } from '../../workers/imports/testing.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

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

const get = (path: string) => api.http.get(path).set('Cookie', maker)
const post = (path: string, cookie = maker) =>
  api.http.post(path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const release = (id: string, cookie = maker) => post(`/api/operations/${id}/release`, cookie)
const patients = async () => (await api.deps.db('patients')).length
const file = Buffer.from(csvOf([person(1), person(2), { ...person(3), phone: '' }]))

/** A rehearsal that has been carried out. */
async function rehearsed(options: Record<string, unknown> = {}): Promise<string> {
  const answer = await post('/api/imports')
    .field('kind', 'patients')
    .field('options', JSON.stringify({ ...options, dryRun: true }))
    .attach('file', file, 'p.csv')
  expect(answer.status).toBe(202)
  const { id } = answer.body.operation
  await rig.run(id)
  return id
}

it('a rehearsal waits for a decision with its counts, and is imported by it', async () => {
  const id = await rehearsed({ source: 'old', strictness: 'strict' })
  const rehearsal = (await get(`/api/operations/${id}`)).body
  expect(rehearsal).toMatchObject({
    status: 'needs_review',
    progress: { percent: 100 },
    counts: { read: 3, inserted: 2, rejected: 1 },
  })
  expect(await patients()).toBe(0)
  const answer = await release(id)
  expect(answer.status).toBe(202)
  const { operation } = answer.body
  expect(operation).toMatchObject({
    status: 'queued',
    kind: 'patients',
    file: { name: 'p.csv', sha256: rehearsal.file.sha256 },
    params: { options: { source: 'old', dryRun: false }, rehearsal: id },
  })
  expect(answer.headers.location).toBe(`/api/operations/${operation.id}`)
  expect((await get(`/api/operations/${id}`)).body.status).toBe('completed')
  await rig.run(operation.id)
  const done = (await get(`/api/operations/${operation.id}`)).body
  expect(done).toMatchObject({ status: 'completed', counts: rehearsal.counts })
  expect(await patients()).toBe(2)
  const audit = await api.deps.db('audit_entries').where({ entity_id: id }).orderBy('id').pluck('action')
  expect(audit.filter((action) => !action.startsWith('imports.chunk'))).toEqual([
    'imports.request',
    'operations.released',
  ])
})

it('is released once, however many ask at the same time; the others are told how it stands', async () => {
  const id = await rehearsed()
  const answers = await Promise.all([release(id), release(id), release(id), release(id)])
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409])
  for (const { status, body } of answers)
    if (status === 409) expect(body).toMatchObject({ operation: { id, status: 'completed' } })
  expect(await api.deps.db('operations')).toHaveLength(2)
})

it('answers a repeat under the same key with the same import', async () => {
  const id = await rehearsed()
  const send = () => release(id).set('Idempotency-Key', 'again')
  const answers = [...(await Promise.all([send(), send()])), await send()]
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
  expect(new Set(answers.map(({ body }) => body.operation.id)).size).toBe(1)
  const other = await rehearsed({ source: 'other' })
  expect((await release(other).set('Idempotency-Key', 'again')).status).toBe(422)
})

it('is closed by a cancel, after which there is nothing to release', async () => {
  const id = await rehearsed()
  const answer = await post(`/api/operations/${id}/cancel`)
  expect(answer).toMatchObject({ status: 202, body: { operation: { id, status: 'cancelled' } } })
  expect(await release(id)).toMatchObject({ status: 409, body: { operation: { status: 'cancelled' } } })
  expect(await patients()).toBe(0)
})

it('a cancel and a release at once: one of them happens', async () => {
  for (let round = 0; round < 6; round++) {
    const id = await rehearsed({ source: `r${round}` })
    const [released, cancelled] = await Promise.all([release(id), post(`/api/operations/${id}/cancel`)])
    expect([released.status, cancelled.status].sort()).toEqual([202, 409])
    const { status } = (await get(`/api/operations/${id}`)).body
    expect(status).toBe(released.status === 202 ? 'completed' : 'cancelled')
  }
})

it('only what was rehearsed, and only by who may import and see it', async () => {
  const id = await rehearsed()
  const other = await api.signIn('assistant', 'other')
  expect((await release(id, other)).status).toBe(404)
  expect((await release('0')).status).toBe(404)
  const real = await post('/api/imports').field('kind', 'patients').attach('file', file, 'p.csv')
  expect((await release(real.body.operation.id)).status).toBe(409)
  await rig.run(real.body.operation.id)
  expect((await release(real.body.operation.id)).status).toBe(409)
})
