import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { patientReferences, type Reference } from '../../shared/patients/references.ts'
import { mergeDone, mergeList, mergeUndone, type Patient } from '../../shared/patients/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { type QueueApi, someone, startQueueApi } from '../queue/testing.ts'
import { fillReference, wholeContents } from './testing.ts'

let api: QueueApi
let second: TestApi
beforeAll(async () => {
  api = await startQueueApi()
  second = await startTestApi({ deps: api.deps })
})
afterAll(async () => {
  await second.close()
  await api.close()
})

let one: Patient
let other: Patient
const register = async (more: Record<string, unknown> = {}): Promise<Patient> => {
  const answer = await api.call('post', '/api/patients').send(someone(more))
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
beforeEach(async () => {
  one = await register({ name: 'Rokiah Survivor', phone: '012-345 6789', allergies: 'Penicillin' })
  other = await register({ name: 'Rokiah Merged', email: 'rokiah@mail.example', allergies: 'Aspirin' })
})

const merge = (more: Record<string, unknown> = {}, url = api.url, a = one, b = other) =>
  api
    .call('post', `/api/patients/${a.id}/merge`, api.as.admin, url)
    .send({ otherId: b.id, version: a.version, otherVersion: b.version, ...more })
const merged = async (more: Record<string, unknown> = {}) => {
  const answer = await merge(more)
  expect(answer.status, answer.text).toBe(201)
  return mergeDone.strict().parse(answer.body)
}
const undo = (id: string) => api.call('post', `/api/patients/merges/${id}/undo`, api.as.admin)
const undone = async (id: string) => {
  const answer = await undo(id)
  expect(answer.status, answer.text).toBe(201)
  return mergeUndone.strict().parse(answer.body)
}
const read = async (id: string) => api.call('get', `/api/patients/${id}`)
const found = async (query: string): Promise<string[]> =>
  (await api.call('post', '/api/patients/search').send({ query })).body.data.map(({ id }: Patient) => id)
const rowsOf = async ({ table, column }: Reference, id: string) =>
  Number((await api.deps.db(table).where(column, id).count({ n: '*' }).first())?.n)

describe('putting two records together', () => {
  it('moves everything, and taking them apart restores the whole database to the row', async () => {
    const { admin } = api.deps.database
    const references = await patientReferences(api.deps.db)
    expect(references.length).toBeGreaterThan(1)
    for (const reference of references) {
      for (const id of [one.id, other.id]) await fillReference(admin, reference, id)
      if (!reference.isUnique) await fillReference(admin, reference, other.id)
    }
    await read(one.id)
    await read(other.id)
    const before = await wholeContents(admin)

    const done = await merged()
    expect(done.patient).toMatchObject({
      id: one.id,
      name: 'Rokiah Survivor',
      phone: one.phone,
      email: other.email,
      allergies: 'Penicillin; Aspirin',
      idNumber: one.idNumber,
      version: 2,
    })
    expect(done.fields.sort()).toEqual(['allergies', 'email'])
    for (const reference of references.filter(({ isUnique }) => !isUnique)) {
      expect(await rowsOf(reference, other.id), reference.table).toBe(0)
      expect(await rowsOf(reference, one.id), reference.table).toBe(3)
      expect(done.moved[reference.table], reference.table).toBeGreaterThanOrEqual(2)
    }
    expect((await read(one.id)).body).toEqual(done.patient)

    const apart = await undone(done.merge.id)
    expect(apart).toMatchObject({ missing: 0, keptFields: [], later: [], moved: done.moved })
    expect(await wholeContents(admin)).toEqual(before)
    expect((await read(one.id)).body).toMatchObject({ ...one, version: 3, updatedAt: expect.any(String) })
    expect((await read(other.id)).body).toMatchObject({ ...other, version: 3, updatedAt: expect.any(String) })
  })

  it('hides the merged one, whose id and numbers lead to the survivor', async () => {
    expect((await found('rokiah')).sort()).toEqual(expect.arrayContaining([one.id, other.id]))
    await read(other.id)
    const { merge: made } = await merged()
    expect(await found('Rokiah Merged')).not.toContain(other.id)
    expect(await found(String(other.idNumber))).toEqual([])
    const survivor = { id: one.id, clinicNumber: one.clinicNumber }
    const calls = [
      read(other.id),
      api.call('get', `/api/patients/${other.id}/changes`),
      api.call('patch', `/api/patients/${other.id}`).send({ name: 'x y', version: 2 }),
      api.call('delete', `/api/patients/${other.id}`, api.as.admin),
      api.call('post', '/api/queue').send({ patientId: other.id }),
      merge({}, api.url, one, { ...other, version: 2 }),
    ]
    for (const answer of await Promise.all(calls))
      expect([answer.status, answer.body.code, answer.body.survivor]).toEqual([409, 'state/merged', survivor])
    const again = await api
      .call('post', '/api/patients')
      .send({ name: 'Rokiah', idType: other.idType, idNumber: other.idNumber })
    expect(again.body).toMatchObject({ code: 'state/duplicate', existing: survivor })

    const third = await register()
    const next = await merge({ version: 1, otherVersion: 2 }, api.url, third, { ...one, version: 2 })
    expect(next.status, next.text).toBe(201)
    expect((await read(other.id)).body.survivor.id).toBe(third.id)
    expect((await undo(made.id)).body).toMatchObject({ code: 'state/merged', survivor: { id: third.id } })
    const list = await api.call('get', `/api/patients/${one.id}/merges`)
    expect(mergeList.parse(list.body).data.map(({ mergedId }) => mergedId)).toEqual([one.id, other.id])
  })

  it('keeps what was chosen, numbers included, under the rules of the desk', async () => {
    const keep = { name: 'other', idNumber: 'other', phone: 'other', allergies: 'other' }
    const done = await merged({ keep })
    const { idNumber, name } = other
    expect(done.patient).toMatchObject({ name, idNumber, phone: null, allergies: 'Aspirin' })
    expect(await found('Rokiah Survivor')).not.toContain(one.id)
    const apart = await undone(done.merge.id)
    expect(apart.patient).toMatchObject({ ...one, version: 3, updatedAt: expect.any(String) })
    expect(apart.restored).toMatchObject({ ...other, version: 3, updatedAt: expect.any(String) })
    expect(await found(String(idNumber))).toEqual([other.id])

    const card = await register({
      idType: 'NRIC',
      idNumber: '900101145554',
      dateOfBirth: '1990-01-01',
      gender: 'F',
    })
    const wrong = await register({ dateOfBirth: '1990-10-01' })
    const refused = await merge({ keep: { idNumber: 'other', dateOfBirth: 'this' } }, api.url, wrong, card)
    expect([refused.status, refused.body.code]).toEqual([422, 'rule/broken'])
    expect(refused.body.errors[0].path).toMatch(/^keep\./)
    const right = await merge({ keep: { idNumber: 'other' } }, api.url, wrong, card)
    expect(right.body.patient).toMatchObject({
      dateOfBirth: '1990-01-01',
      idNumber: '900101145554',
      gender: 'F',
    })
  })
})

describe('taking two records apart', () => {
  it('leaves with the survivor what was made or changed since, and says so', async () => {
    const done = await merged()
    const changed = await api
      .call('patch', `/api/patients/${one.id}`)
      .send({ allergies: 'Latex', version: 2 })
    expect(changed.status).toBe(200)
    const queued = await api.call('post', '/api/queue').send({ patientId: one.id })
    const move = (to: string, version: number) =>
      api.call('post', `/api/queue/${queued.body.id}/moves`).send({ to, version })
    const inClinic = await undo(done.merge.id)
    expect([inClinic.status, inClinic.body.code]).toEqual([409, 'state/conflict'])
    await move('cancelled', 1)
    const apart = await undone(done.merge.id)
    expect(apart.keptFields).toEqual(['allergies'])
    expect(apart.patient).toMatchObject({ allergies: 'Latex', email: null })
    expect(apart.later.map(({ table, count }) => [table, count])).toEqual([
      ['tickets', 1],
      ['visits', 1],
    ])
    expect(apart.later[0]?.ids).toEqual([queued.body.id])
    const again = await undo(done.merge.id)
    expect([again.status, again.body.code]).toEqual([409, 'state/conflict'])
    expect((await undo('999999')).status).toBe(404)
    expect((await undo('x')).status).toBe(404)
  })
})

describe('refusals', () => {
  const untouched = async () => {
    expect((await read(one.id)).body).toEqual(one)
    expect((await read(other.id)).body).toEqual(other)
    expect(await api.deps.db('patient_merges').where({ survivor_id: one.id })).toEqual([])
  }

  it('whoever has seen another state is shown both records', async () => {
    for (const wrong of [{ version: 2 }, { otherVersion: 2 }]) {
      const answer = await merge(wrong)
      expect([answer.status, answer.body.code]).toEqual([409, 'state/version'])
      expect([answer.body.current, answer.body.other]).toEqual([one, other])
    }
    expect((await merge({ otherId: one.id })).status).toBe(422)
    expect((await merge({ otherId: '99999999' })).status).toBe(404)
    expect((await merge({ keep: { name: 'both' } })).status).toBe(400)
    expect((await merge({ extra: 1 })).status).toBe(400)
    await untouched()
  })

  it('nobody who is in the clinic is merged or deleted, alone or in a group', async () => {
    const members = [{ patient: someone() }, { patientId: other.id }]
    const { body: ticket } = await api.call('post', '/api/queue/groups').send({ members })
    const tickets = [{ id: ticket.id, number: ticket.number, status: 'waiting' }]
    const answers = [
      await merge(),
      await merge({ version: 1, otherVersion: 1 }, api.url, other, one),
      await api.call('delete', `/api/patients/${other.id}`, api.as.admin),
      await api.call('delete', `/api/patients/${ticket.patient.id}`, api.as.admin),
    ]
    for (const { status, body } of answers)
      expect([status, body.code, body.current]).toEqual([409, 'state/conflict', { tickets }])
    await untouched()
    await api.call('post', `/api/queue/${ticket.id}/moves`).send({ to: 'cancelled', version: 1 })
    expect((await merge()).status).toBe(201)
    expect((await api.call('delete', `/api/patients/${ticket.patient.id}`, api.as.admin)).status).toBe(204)
  })

  it('only those who may, may', async () => {
    for (const cookie of [api.as.assistant, api.as.doctor, api.as.cashier]) {
      const body = { otherId: other.id, version: 1, otherVersion: 1 }
      expect((await api.call('post', `/api/patients/${one.id}/merge`, cookie).send(body)).status).toBe(403)
      expect((await api.call('post', '/api/patients/merges/1/undo', cookie)).status).toBe(403)
    }
    await untouched()
  })

  it('of many merges at once one wins, in whichever direction and process', async () => {
    const third = await register()
    const tries = [
      () => merge({}, api.url),
      () => merge({}, second.url),
      () => merge({}, second.url, other, one),
      () => merge({}, api.url, third, other),
      () => merge({}, second.url, third, one),
    ]
    const answers = await Promise.all(tries.map((attempt) => attempt()))
    const codes = answers.map(({ status, body }) => `${status} ${body.code ?? ''}`.trim())
    // two pairs that have nothing to do with each other cannot be made of three people: at most two merges go through
    const won = answers.filter(({ status }) => status === 201)
    expect(won.length, codes.join()).toBeGreaterThanOrEqual(1)
    for (const code of codes) expect(['201', '409 state/version', '409 state/merged']).toContain(code)
    const live = await api.deps
      .db('patient_merges')
      .where({ live: 1 })
      .whereIn('merged_id', [one.id, other.id])
    expect(live).toHaveLength(won.length)
    expect(new Set(live.map(({ merged_id }) => merged_id)).size).toBe(live.length)

    const id = String(live[0].id)
    const undos = await Promise.all([undo(id), undo(id), undo(id)])
    expect(undos.filter(({ status }) => status === 201)).toHaveLength(1)
  })

  it('a ticket and a merge at once: either the ticket is the survivor’s or it is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const [a, b] = [await register(), await register()]
      const [queued, joined] = await Promise.all([
        api.call('post', '/api/queue', api.as.assistant, second.url).send({ patientId: b.id }),
        merge({}, api.url, a, b),
      ])
      expect([queued.status, joined.status].sort()).toEqual([201, 409])
      const rows = await api.deps.db('visits').where({ patient_id: b.id })
      expect(rows).toHaveLength(queued.status === 201 ? 1 : 0)
    }
  })

  it('records both patients, and tells screens by ids alone', async () => {
    const { merge: made } = await merged()
    await undone(made.id)
    const audit = await api.deps
      .db('audit_entries')
      .whereIn('patient_id', [one.id, other.id])
      .select('action', 'detail')
    for (const action of ['patients.merge', 'patients.unmerge'])
      expect(audit.filter((entry) => entry.action === action)).toHaveLength(2)
    const events = await api.deps
      .db('outbox_events')
      .whereIn('type', ['patient.merged', 'patient.unmerged'])
      .select('body')
    expect(events.length).toBeGreaterThanOrEqual(2)
    expect(JSON.stringify([audit.map(({ detail }) => detail), events])).not.toMatch(/Rokiah|Aspirin|Q8/)
    const history = await api.call('get', `/api/patients/${one.id}/changes`)
    expect(history.body.data.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['patients.merge', 'patients.unmerge']),
    )
  })
})
