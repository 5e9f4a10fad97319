import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DuplicatePair } from '../../../shared/imports/duplicates/schema.ts'
import type { Patient } from '../../../shared/patients/schema.ts'
import { cells, type Desk, mergeOf, startDesk } from './testing.ts'

let desk: Desk
let mei: Patient
let raju: Patient
let id: string
beforeAll(async () => {
  desk = await startDesk()
})
beforeEach(async () => {
  ;({ mei, raju, id } = await desk.five())
})
afterAll(() => desk.close())

describe('decisions', () => {
  it('put together, keep both and put off, pair by pair; every merge can be split again', async () => {
    await desk.done(id)
    const [a, b, c] = (await desk.list(id)).data as [DuplicatePair, DuplicatePair, DuplicatePair]
    const after = await desk.done(id, {
      decisions: [mergeOf(a), { pair: b.id, decision: 'keep-both' }, { pair: c.id, decision: 'later' }],
    })
    expect(after).toMatchObject({ status: 'completed', phase: null, counts: { inserted: 5 } })
    const { piles, data } = await desk.list(id)
    expect(piles.probable).toMatchObject({ open: 0, merged: 1, kept: 1, later: 1 })
    const merged = data.find((pair) => pair.id === a.id) as DuplicatePair
    expect(merged).toMatchObject({
      status: 'merged',
      stays: 'existing',
      decidedBy: 'admin',
      imported: { id: a.imported.id, present: false },
      existing: { id: a.existing.id, present: true, version: 2 },
    })
    expect((await desk.api.call('get', `/api/patients/${a.imported.id}`)).body).toMatchObject({
      code: 'state/merged',
      survivor: { id: a.existing.id },
    })
    const trail = await desk.api.deps
      .db('audit_entries')
      .whereIn(
        'patient_id',
        [a, b].flatMap(({ imported: one, existing }) => [one.id, existing.id]),
      )
      .whereIn('action', ['patients.merge', 'patients.kept-apart'])
      .orderBy(['action', 'patient_id'])
      .select('action', 'username')
    expect(trail).toEqual([
      { action: 'patients.kept-apart', username: 'admin' },
      { action: 'patients.kept-apart', username: 'admin' },
      { action: 'patients.merge', username: 'admin' },
      { action: 'patients.merge', username: 'admin' },
    ])
    const split = await desk.api.call(
      'post',
      `/api/patients/merges/${merged.mergeId}/undo`,
      desk.api.as.admin,
    )
    expect(split.status, split.text).toBe(201)
    expect((await desk.list(id)).data.find((pair) => pair.id === a.id)).toMatchObject({
      status: 'split',
      imported: { present: true, name: a.imported.name },
    })
    // decided otherwise afterwards: put together the other way round
    const now = (await desk.list(id)).data.find((pair) => pair.id === a.id) as DuplicatePair
    await desk.done(id, { decisions: [mergeOf(now, 'imported'), { pair: c.id, decision: 'keep-both' }] })
    expect((await desk.list(id)).data.find((pair) => pair.id === a.id)).toMatchObject({
      status: 'merged',
      imported: { present: true },
      existing: { present: false },
    })
  })

  it('for all that are sure enough, and for the rest', async () => {
    await desk.done(id)
    const half = await desk.done(id, { all: { decision: 'merge', minScore: 90, stays: 'existing' } })
    expect(half).toMatchObject({ status: 'needs_review' })
    expect((await desk.list(id)).piles.probable).toMatchObject({ open: 1, merged: 2 })
    expect((await desk.api.call('get', `/api/patients/${raju.id}`)).body).toMatchObject({
      allergies: 'Latex',
    })
    expect(await desk.done(id, { all: { decision: 'keep-both' } })).toMatchObject({ status: 'completed' })
    expect((await desk.list(id)).piles.probable).toMatchObject({ open: 0, merged: 2, kept: 1 })
  })

  it('that two are not the same are remembered: nobody is asked again', async () => {
    await desk.done(id)
    const { data } = await desk.list(id)
    await desk.done(id, { all: { decision: 'keep-both' } })
    await desk.api.deps.db('import_duplicates').delete()
    expect(await desk.done(id)).toMatchObject({ status: 'completed' })
    expect((await desk.list(id)).data).toEqual([])
    expect(data).toHaveLength(3)
  })

  it('that the rules of merging refuse stay listed with the reason, and the others are done', async () => {
    await desk.done(id)
    const { data } = await desk.list(id)
    const ticket = await desk.api.call('post', '/api/queue').send({ patientId: mei.id })
    expect(ticket.status, ticket.text).toBe(201)
    await desk.done(id, { all: { decision: 'merge' } })
    const after = (await desk.list(id)).data
    const ofMei = after.find(({ existing }) => existing.id === mei.id)
    expect(ofMei).toMatchObject({ status: 'refused', refusal: 'state/conflict', imported: { present: true } })
    expect(after.filter(({ status }) => status === 'merged')).toHaveLength(data.length - 1)
    await desk.api.call('patch', `/api/patients/${mei.id}`).send({ phone: '0129000002', version: 1 })
    await desk.done(id, { decisions: [mergeOf(ofMei as DuplicatePair)] })
    expect((await desk.list(id, '?status=refused')).data).toMatchObject([{ refusal: 'state/version' }])
  })

  it('about three records of one person leave one record and nothing open', async () => {
    const name = `Thrice Same`
    const rows = [1, 2, 3].map(() => cells({ name, date_of_birth: '1966-06-06' }))
    const three = await desk.imported(rows)
    await desk.done(three)
    expect((await desk.list(three)).piles).toMatchObject({ probable: { open: 3 }, new: 1 })
    expect(await desk.done(three, { all: { decision: 'merge' } })).toMatchObject({ status: 'completed' })
    expect((await desk.list(three)).piles.probable).toMatchObject({ merged: 2, settled: 1, refused: 0 })
    expect(await desk.api.deps.db('patients').where({ name }).whereNull('deleted_at')).toHaveLength(1)
  })
})
