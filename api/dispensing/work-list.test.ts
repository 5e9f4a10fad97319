import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import type { Consultation } from '../../shared/consultations/schema.ts'
import type { Prescription } from '../../shared/prescriptions/schema.ts'
import { testEnv } from '../../shared/testing/harness.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { tablets } from '../prescriptions/testing.ts'
import { someone } from '../queue/testing.ts'
import { type DispensingApi, startDispensingApi } from './testing.ts'

const KEPT_WITHIN_MS = 30_000
const ALL = 'ordered,prepared,handed_over,returned,cancelled'

let api: DispensingApi
/** Another process, with a cache connection and held answers of its own: it only reads. */
let other: TestProcess
beforeAll(async () => {
  api = await startDispensingApi()
  other = await startProcess('api', testEnv())
  await other.ready()
})
afterAll(async () => {
  await other.stop()
  await api.close()
})

const pathOf = ({ visitId }: { visitId: string }) => `/api/dispensing?visit=${visitId}&status=${ALL}`
const look = (path: string, url = other.url, cookie = api.pharmacist) => api.call('get', path, cookie, url)

/** Once both processes hold the list, a write that was acknowledged by one is in what the other answers next. */
async function shows(path: string, write: () => PromiseLike<unknown>, wanted: object[]): Promise<void> {
  const before = await look(path)
  expect([before.status, (await look(path, api.url)).status], before.text).toEqual([200, 200])
  await write()
  const after = await look(path).set('If-None-Match', String(before.headers.etag))
  expect(after.status, after.text).toBe(200)
  expect(after.body.data).toMatchObject(wanted)
  expect(after.body.data).toHaveLength(wanted.length)
  expect((await look(path, api.url)).body).toEqual(after.body)
}

const done = async (call: PromiseLike<{ status: number; text: string; body: unknown }>) => {
  const answer = await call
  expect(answer.status, answer.text).toBeLessThan(300)
  return answer.body
}
const sign = ({ id, version }: Consultation) =>
  done(api.as1('post', `/api/consultations/${id}/sign`).send({ version }))
const move = async (id: string | null, to: string) => {
  const { version } = await api.ticketNow(id)
  return done(api.call('post', `/api/queue/${id}/moves`).send({ to, version }))
}
const patientNow = async (id: string): Promise<{ id: string; version: number }> =>
  (await api.call('get', `/api/patients/${id}`)).body

/** A consultation with two lines that nobody has signed yet. */
async function written() {
  const [a, b] = [await api.medicine(), await api.medicine()]
  await api.receive(a.id, 100)
  await api.receive(b.id, 100)
  const opened = await api.open()
  const draft = await api.save(opened, { subjective: 'Cough for two days' })
  const { body } = await api.put(draft.id, [tablets(a.id), tablets(b.id)])
  const [first, second] = body.lines as [Prescription['lines'][number], Prescription['lines'][number]]
  return { a, b, draft, first, second, path: pathOf(draft) }
}

it('shows at once what doctors order and sign, and what is done to each line', async () => {
  const { a, draft, first, second, path } = await written()
  expect((await look(path)).body.data).toEqual([])
  await shows(path, () => sign(draft), [
    { id: first.id, status: 'ordered', quantity: 10, ticket: { status: 'dispensing' } },
    { id: second.id, status: 'ordered', quantity: 10, ticket: { status: 'dispensing' } },
  ])
  const changed = [
    tablets(first.medicationId, { id: first.id, durationDays: 7 }),
    tablets(second.medicationId, { id: second.id }),
    tablets((await api.medicine()).id),
  ]
  const put = (lines: object[], version: number) => done(api.put(draft.id, lines, version))
  await shows(path, () => put(changed, 1), [{ quantity: 14 }, { quantity: 10 }, { status: 'ordered' }])
  await shows(path, () => put(changed.slice(0, 2), 2), [{}, {}, { status: 'cancelled' }])
  const step = (id: string, name: 'prepare' | 'hand-over' | 'return', version: number) =>
    done(api.step(id, name, name === 'return' ? { version, reason: 'Brought back' } : { version }))
  const rest = [{ status: 'ordered' }, { status: 'cancelled' }]
  await shows(path, () => step(first.id, 'prepare', 2), [{ status: 'prepared', version: 3 }, ...rest])
  await shows(path, () => step(first.id, 'hand-over', 3), [{ status: 'handed_over' }, ...rest])
  await shows(path, () => step(first.id, 'return', 4), [{ status: 'returned' }, ...rest])
  await step(second.id, 'prepare', 1)
  await shows(path, () => step(second.id, 'hand-over', 2), [
    { status: 'returned', ticket: { status: 'payment' } },
    { status: 'handed_over', ticket: { status: 'payment' } },
    { status: 'cancelled' },
  ])
  expect((await api.books(a.id)).level).toBe(100)
})

it('shows at once where the patient stands, who he is and what the medicine is', async () => {
  const { a, draft, path } = await written()
  await sign(draft)
  const { ticketId } = draft
  const both = (one: object) => [one, one]
  const standing = (status: string) => both({ ticket: { id: ticketId, status } })
  await shows(path, () => move(ticketId, 'payment'), standing('payment'))
  await shows(path, () => move(ticketId, 'dispensing'), standing('dispensing'))
  const undo = () => done(api.call('post', `/api/queue/${ticketId}/undo`).send({}))
  await shows(path, undo, standing('payment'))
  await shows(path, () => move(ticketId, 'completed'), standing('completed'))

  const { id } = draft.patient
  const { version } = await patientNow(id)
  const renamed = () => done(api.call('patch', `/api/patients/${id}`).send({ name: 'Canary Baru', version }))
  await shows(path, renamed, both({ patient: { id, name: 'Canary Baru' } }))
  const unit = () =>
    done(
      api
        .call('patch', `/api/medications/${a.id}`, api.pharmacist)
        .send({ unit: 'caplet', version: a.version }),
    )
  await shows(path, unit, [{ unit: 'caplet' }, { unit: 'tablet' }])

  const survivor = (await api.call('post', '/api/patients').send(someone())).body
  const body = {
    otherId: id,
    version: survivor.version,
    otherVersion: (await patientNow(id)).version,
  }
  let merge = ''
  const merged = async () => {
    const answer = await done(api.call('post', `/api/patients/${survivor.id}/merge`, api.as.admin).send(body))
    merge = (answer as { merge: { id: string } }).merge.id
  }
  await shows(path, merged, both({ patient: { id: survivor.id } }))
  const apart = () => done(api.call('post', `/api/patients/merges/${merge}/undo`, api.as.admin))
  await shows(path, apart, both({ patient: { id, name: 'Canary Baru' } }))
})

it('shows at once what is signed while the ticket stays with the doctor', async () => {
  const members = [{ patient: someone() }, { patient: someone() }]
  const group = (await api.call('post', '/api/queue/groups').send({ members })).body
  const visits = await api.deps.db('visits').orderBy('id', 'desc').limit(2).pluck('id')
  await api.open(group)
  const visitId = String(visits.map(String).find((id) => id !== group.visitId))
  const opened = (await done(api.as1('post', '/api/consultations').send({ visitId }))) as Consultation
  const draft = await api.save(opened, { plan: 'Rest' })
  await done(api.put(draft.id, [tablets((await api.medicine()).id)]))
  const ticket = { id: group.id, status: 'in_consultation' }
  await shows(pathOf({ visitId }), () => sign(draft), [{ status: 'ordered', ticket }])
})

it('asks the database once for every role and process, and records each look', async () => {
  const { draft, path } = await written()
  await sign(draft)
  const statements: string[] = []
  const note = ({ sql }: { sql: string }) => (sql.includes('dispensing.work') ? statements.push(sql) : 0)
  const recorded = vi.spyOn(api.services.spool, 'write')
  api.deps.db.on('query', note)
  await bumpGenerations(api.deps, ['dispensing'])
  expect((await look(path, api.url)).headers['x-cache']).toBe('MISS')
  expect(statements).toHaveLength(1)
  // what another write left to be repeated may make it old once more
  const again = async () => {
    statements.length = 0
    recorded.mockClear()
    const [mine, far] = [await look(path, api.url, api.lim.cookie), await look(path)]
    const same = await look(path, api.url).set('If-None-Match', mine.headers.etag as string)
    expect([same.status, far.headers.etag]).toEqual([304, mine.headers.etag])
    const entries = recorded.mock.calls.map(([{ action, detail }]) => ({ action, detail }))
    const entry = { action: 'dispensing.list', detail: { shown: [draft.patient.id] } }
    expect(entries).toEqual([entry, entry])
    return [mine.headers['x-cache'], far.headers['x-cache'], statements.length]
  }
  await expect.poll(again, { timeout: KEPT_WITHIN_MS }).toEqual(['HIT', 'HIT', 0])
  api.deps.db.off('query', note)
  recorded.mockRestore()
  expect((await look(path, api.url, api.as.cashier)).status).toBe(403)
})
