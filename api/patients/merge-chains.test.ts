import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { patientReferences } from '../../shared/patients/references.ts'
import type { Patient } from '../../shared/patients/schema.ts'
import { type QueueApi, someone, startQueueApi } from '../queue/testing.ts'
import { fillReference, wholeContents } from './testing.ts'

let api: QueueApi
beforeAll(async () => {
  api = await startQueueApi()
})
afterAll(() => api.close())

let a: Patient
let b: Patient
let c: Patient
let before: Record<string, string[]>
const register = async (more: Record<string, unknown>): Promise<Patient> => {
  const answer = await api.call('post', '/api/patients').send(someone(more))
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
/** Three records of one person, each with a row in every table that refers to patients. */
const three = async (ofA = {}, ofB = {}, ofC = {}) => {
  a = await register({ name: 'Zaleha Alpha', ...ofA })
  b = await register({ name: 'Zaleha Beta', ...ofB })
  c = await register({ name: 'Zaleha Gamma', ...ofC })
  const { admin } = api.deps.database
  for (const reference of await patientReferences(api.deps.db))
    for (const { id } of [a, b, c]) await fillReference(admin, reference, id)
  before = await wholeContents(admin)
}
const read = async (id: string): Promise<Patient> => (await api.call('get', `/api/patients/${id}`)).body
/** Puts one record into another as both are now; answers the id of the merge. */
const merge = async (from: Patient, into: Patient, keep = {}): Promise<string> => {
  const [one, other] = [await read(into.id), await read(from.id)]
  const answer = await api
    .call('post', `/api/patients/${into.id}/merge`, api.as.admin)
    .send({ otherId: from.id, version: one.version, otherVersion: other.version, keep })
  expect(answer.status, answer.text).toBe(201)
  return answer.body.merge.id
}
const undo = (id: string) => api.call('post', `/api/patients/merges/${id}/undo`, api.as.admin)
const undone = async (id: string) => {
  const answer = await undo(id)
  expect(answer.status, answer.text).toBe(201)
  expect(answer.body).toMatchObject({ missing: 0, keptFields: [] })
}
const expectAsBefore = async () => expect(await wholeContents(api.deps.database.admin)).toEqual(before)

describe('one record put into another, and that into a third', () => {
  beforeEach(() => three({ email: 'a@mail.example' }, { phone: '012-345 6789' }, { allergies: 'Latex' }))

  it('is taken apart from the end, to the row', async () => {
    const first = await merge(a, b)
    const second = await merge(b, c)
    expect((await read(a.id)) as unknown).toMatchObject({ code: 'state/merged', survivor: { id: c.id } })
    expect(await read(c.id)).toMatchObject({ email: 'a@mail.example', phone: b.phone, allergies: 'Latex' })
    await undone(second)
    await undone(first)
    await expectAsBefore()
  })

  it('from the beginning it is refused, naming what comes first, and nothing has changed', async () => {
    const first = await merge(a, b)
    const second = await merge(b, c)
    const merged = await wholeContents(api.deps.database.admin)
    const answer = await undo(first)
    expect(answer.status).toBe(409)
    expect(answer.body).toMatchObject({
      code: 'state/merged',
      survivor: { id: c.id },
      current: { id: first },
      first: { id: second, survivorId: c.id, mergedId: b.id },
    })
    expect(await wholeContents(api.deps.database.admin)).toEqual(merged)
  })

  it('of two who take both apart at once, the chain ends as it was', async () => {
    const first = await merge(a, b)
    const second = await merge(b, c)
    const [one, two] = await Promise.all([undo(first), undo(second)])
    expect(two.status, two.text).toBe(201)
    expect([201, 409]).toContain(one.status)
    if (one.status === 409) await undone(first)
    await expectAsBefore()
  })
})

describe('two records put into one', () => {
  it('come out in any order where they changed different fields', async () => {
    await three({ email: 'a@mail.example' }, { phone: null, email: null }, { phone: '012-345 6789' })
    const first = await merge(a, b)
    const second = await merge(c, b)
    await undone(first)
    await undone(second)
    await expectAsBefore()
  })

  it('come out in the reverse order only where they changed the same', async () => {
    await three({ allergies: 'Latex' }, { allergies: 'Aspirin' }, { allergies: 'Penicillin' })
    const first = await merge(a, b)
    const second = await merge(c, b)
    const answer = await undo(first)
    expect(answer.status).toBe(409)
    expect(answer.body).toMatchObject({
      code: 'state/conflict',
      current: { id: first },
      first: { id: second },
    })
    await undone(second)
    await undone(first)
    await expectAsBefore()
  })

  it('that took the other’s number, and then the next one’s, give them back one by one', async () => {
    await three()
    const first = await merge(a, b, { idNumber: 'other' })
    const second = await merge(c, b, { idNumber: 'other' })
    expect((await read(b.id)).idNumber).toBe(c.idNumber)
    expect((await undo(first)).status).toBe(409)
    await undone(second)
    expect((await read(b.id)).idNumber).toBe(a.idNumber)
    await undone(first)
    await expectAsBefore()
  })
})
