import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drainOnce } from '../../../shared/audit/drain.ts'
import type { DuplicatePair } from '../../../shared/imports/duplicates/schema.ts'
import { cells, type Desk, startDesk } from './testing.ts'

let desk: Desk
let id: string
beforeAll(async () => {
  desk = await startDesk()
})
beforeEach(async () => {
  ;({ id } = await desk.five())
})
afterAll(() => desk.close())

describe('who may, and when', () => {
  it('only who may merge and import patients and sees the operation', async () => {
    for (const cookie of [
      desk.api.as.doctor,
      desk.api.as.cashier,
      await desk.api.signIn('assistant', 'desk-other'),
    ]) {
      const [read, wrote] = [
        await desk.api.call('get', desk.path(id), cookie),
        await desk.ask(id, {}, cookie),
      ]
      expect([403, 404]).toContain(read.status)
      expect([403, 404]).toContain(wrote.status)
    }
    expect((await desk.ask('0')).status).toBe(404)
    for (const bad of [
      { x: 1 },
      { decisions: [] },
      { all: { decision: 'eat' } },
      { decisions: [{ pair: '1' }] },
    ])
      expect((await desk.ask(id, bad)).status, JSON.stringify(bad)).toBe(400)
    const stranger = { decisions: [{ pair: '999999999', decision: 'later' }] }
    expect((await desk.ask(id, stranger)).status).toBe(422)
    expect((await desk.api.call('get', `/api/operations/${id}`, desk.api.as.admin)).body.status).toBe(
      'completed',
    )
  })

  it('of many at once one is heard; the others get the record', async () => {
    const answers = await Promise.all([desk.ask(id), desk.ask(id), desk.ask(id)])
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409])
    for (const { status, body } of answers)
      if (status === 409) expect(body).toMatchObject({ code: 'state/conflict', operation: { id } })
    await desk.rig.run(id)
  })

  it('a look is recorded with whom it showed; events say nothing of people', async () => {
    await desk.done(id)
    const { data } = await desk.list(id)
    // only files that are closed are drained
    await desk.api.services.spool.close()
    await drainOnce(desk.api.deps)
    const look = await desk.api.deps
      .db('audit_entries')
      .where({ action: 'imports.read-duplicates', entity_id: id })
      .first('username', 'detail')
    const shown = data.flatMap(({ imported: one, existing }) => [one.id, existing.id])
    const { shown: told } = typeof look.detail === 'string' ? JSON.parse(look.detail) : look.detail
    expect([look.username, [...told].sort()]).toEqual(['admin', [...new Set(shown)].sort()])
    await desk.done(id, { all: { decision: 'merge' } })
    const events = await desk.api.deps
      .db('outbox_events')
      .where('type', 'like', 'operation.%')
      .orWhere('type', 'patient.merged')
      .select('body')
    for (const { imported: one } of data) expect(JSON.stringify(events)).not.toContain(one.name)
  })

  it('not while it is taken back; what was put together is kept then, and listed', async () => {
    await desk.done(id)
    const [first] = (await desk.list(id)).data as [DuplicatePair]
    await desk.done(id, { all: { decision: 'merge', minScore: 90 } })
    await desk.done(id, { all: { decision: 'keep-both' } })
    const apart = () => desk.api.deps.db('patient_distinctions').whereIn('low_patient_id', ofImport)
    const ofImport = (await desk.list(id)).data.flatMap(({ imported, existing }) => [
      imported.id,
      existing.id,
    ])
    expect(await apart()).toHaveLength(1)
    const undo = await desk.api.call('post', `/api/operations/${id}/undo`, desk.api.as.admin)
    expect(undo.status, undo.text).toBe(202)
    expect((await desk.ask(id)).status).toBe(409)
    await desk.rig.run(id)
    const after = (await desk.api.call('get', `/api/operations/${id}`, desk.api.as.admin)).body
    expect(after.status).toBe('undone')
    // whom it took back nobody needs to be told apart from
    expect(await apart()).toEqual([])
    const kept = (await desk.api.call('get', `/api/operations/${id}/kept`, desk.api.as.admin)).body.data
    expect(kept).toHaveLength(2)
    expect(kept).toContainEqual({ kind: 'patients', id: first.imported.id, reason: 'changed-since' })
    expect((await desk.ask(id)).status).toBe(409)
    // what stayed can be split still, and is whole then
    const pair = (await desk.list(id)).data.find((each) => each.id === first.id) as DuplicatePair
    const split = await desk.api.call('post', `/api/patients/merges/${pair.mergeId}/undo`, desk.api.as.admin)
    expect(split.status, split.text).toBe(201)
    expect(split.body.restored).toMatchObject({ id: first.imported.id, name: first.imported.name })
  })

  it('a rehearsal has nobody to compare, waits as before, and is released as ever', async () => {
    const rehearsal = await desk.imported([cells(), cells()], { dryRun: true })
    const after = await desk.done(rehearsal)
    expect(after).toMatchObject({ status: 'needs_review', phase: null, counts: { inserted: 2 } })
    expect((await desk.list(rehearsal)).data).toEqual([])
    const release = await desk.api.call('post', `/api/operations/${rehearsal}/release`, desk.api.as.admin)
    expect(release.status, release.text).toBe(202)
  })

  it('who has closed the desk opens it again by going on', async () => {
    await desk.done(id)
    const closed = await desk.api.call('post', `/api/operations/${id}/cancel`, desk.api.as.admin)
    expect(closed).toMatchObject({ status: 202, body: { operation: { status: 'cancelled' } } })
    expect((await desk.ask(id)).status).toBe(409)
    const again = await desk.api.call('post', `/api/operations/${id}/retry`, desk.api.as.admin)
    expect(again.status, again.text).toBe(202)
    await desk.rig.run(id)
    expect(await desk.record(id)).toMatchObject({ status: 'needs_review', counts: { inserted: 5 } })
    expect((await desk.list(id)).piles.probable).toMatchObject({ open: 3 })
  })
})
