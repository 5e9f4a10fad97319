import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import type { DuplicatePair, DuplicatesFound } from '../../shared/imports/duplicates/schema.ts'
import { duplicatesFound } from '../../shared/imports/duplicates/schema.ts'
import type { Patient } from '../../shared/patients/schema.ts'
import { csvOf, type PersonCells } from '../../shared/testing/people.ts'
import { type ImportRig, importRig } from '../../workers/imports/testing.ts'
import { type QueueApi, startQueueApi } from '../queue/testing.ts'

let api: QueueApi
let rig: ImportRig
beforeAll(async () => {
  api = await startQueueApi()
  rig = importRig(api.deps)
})
afterAll(async () => {
  await rig.close()
  await api.close()
})

let serial = 0
/** A row of a file, or a patient at the desk, unlike every other but for what is said. */
const cells = (more: PersonCells = {}): PersonCells => {
  serial++
  return {
    external_id: `D${serial}`,
    name: `Unlike${serial} Nobody${serial}`,
    id_type: 'PASSPORT',
    id_number: `DUP${100_000 + serial}`,
    date_of_birth: `20${10 + (serial % 10)}-0${1 + (serial % 9)}-1${serial % 10}`,
    gender: 'F',
    phone: `0129${String(serial).padStart(6, '0')}`,
    registered_at: '2024-02-29',
    ...more,
  }
}
const register = async (more: Record<string, unknown>): Promise<Patient> => {
  serial++
  const answer = await api
    .call('post', '/api/patients')
    .send({ idType: 'PASSPORT', idNumber: `DESK${10_000 + serial}`, ...more })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const path = (id: string, rest = '') => `/api/operations/${id}/duplicates${rest}`
async function imported(rows: readonly PersonCells[], options = {}): Promise<string> {
  const answer = await api
    .call('post', '/api/imports', api.as.admin)
    .field('kind', 'patients')
    .field('options', JSON.stringify(options))
    .attach('file', Buffer.from(csvOf(rows)), 'p.csv')
  expect(answer.status, answer.text).toBe(202)
  await rig.run(answer.body.operation.id)
  return answer.body.operation.id
}
const list = async (id: string, query = ''): Promise<DuplicatesFound> => {
  const answer = await api.call('get', path(id, query), api.as.admin)
  expect(answer.status, answer.text).toBe(200)
  return duplicatesFound.strict().parse(answer.body)
}
const ask = (id: string, body: object = {}, cookie = api.as.admin) =>
  api.call('post', path(id), cookie).send(body)
/** Asks, lets a worker do it, and answers the operation after it. */
async function done(id: string, body: object = {}) {
  const answer = await ask(id, body)
  expect(answer.status, answer.text).toBe(202)
  expect(answer.body.operation).toMatchObject({ id, status: 'queued', phase: 'duplicates' })
  await rig.run(id)
  return (await api.call('get', `/api/operations/${id}`, api.as.admin)).body
}
const mergeOf = ({ id, imported: one, existing }: DuplicatePair, stays = 'existing') => ({
  pair: id,
  decision: 'merge',
  stays,
  importedVersion: one.version,
  existingVersion: existing.version,
})

/** Two who were there, and a file in which each comes again, somebody stands twice, and somebody is new. */
let mei: Patient
let raju: Patient
let id: string
let year = 1949
const on = (day: string) => `${year}-${day}`
beforeEach(async () => {
  // of another year each time: nobody looks like those of the test before
  year++
  mei = await register({ name: 'Tan Mei Ling', dateOfBirth: on('05-06'), phone: `014-9${year} 001` })
  raju = await register({ name: `Raju a/l Kumar`, dateOfBirth: on('11-30'), allergies: 'Latex' })
  id = await imported([
    cells({ name: 'Tan Mei Ling', date_of_birth: on('05-06'), email: 'mei@mail.example' }),
    cells({ name: `Kumar Raju`, date_of_birth: on('11-30') }),
    cells({ name: `Nurul Izzati`, date_of_birth: on('02-13'), phone: `0137${100_000 + year}` }),
    cells({ name: `Nurul Izzatti`, date_of_birth: on('02-13'), phone: `0137${100_000 + year}` }),
    cells(),
  ])
})

describe('the desk of an import', () => {
  it('shows who looks like somebody, by the rule of the desk, and waits for decisions', async () => {
    expect(await list(id)).toMatchObject({ piles: { searched: false }, data: [], meta: { next: null } })
    const after = await done(id)
    expect(after).toMatchObject({
      status: 'needs_review',
      phase: 'duplicates',
      counts: { read: 5, inserted: 5 },
      progress: { processed: 5, total: 5, percent: 100 },
    })
    const { piles, data } = await list(id)
    expect(piles).toMatchObject({ searched: true, probable: { open: 3, merged: 0 }, new: 2 })
    expect(data.map(({ score, certainty, reasons, status }) => [score, certainty, reasons, status])).toEqual([
      [90, 'probable', ['name', 'dateOfBirth'], 'open'],
      [90, 'probable', ['name', 'dateOfBirth'], 'open'],
      [80, 'probable', ['phone', 'similarName', 'dateOfBirth'], 'open'],
    ])
    expect(
      data
        .slice(0, 2)
        .map(({ existing }) => existing.id)
        .sort(),
    ).toEqual([mei.id, raju.id].sort())
    for (const { existing, imported: one } of data.slice(0, 2)) {
      const asked = await api
        .call('post', '/api/patients/duplicates')
        .send({ name: one.name, dateOfBirth: one.dateOfBirth })
      expect(asked.body.data.map((each: Patient) => each.id)).toContain(existing.id)
    }
    const [, , inFile] = data
    expect(Number(inFile?.imported.id)).toBeGreaterThan(Number(inFile?.existing.id))
    const again = await done(id)
    expect(again).toMatchObject({ status: 'needs_review' })
    expect((await list(id)).data).toEqual(data)
  })

  it('gives pages by key, and the pairs of one state or certainty', async () => {
    await done(id)
    const all = (await list(id)).data
    const first = await list(id, '?limit=2')
    expect(first.data).toEqual(all.slice(0, 2))
    expect((await list(id, `?limit=2&cursor=${first.meta.next}`)).data).toEqual(all.slice(2))
    expect((await list(id, '?minScore=85')).data).toEqual(all.slice(0, 2))
    expect((await list(id, '?status=merged')).data).toEqual([])
    for (const bad of ['?cursor=x', '?status=split', '?limit=51', '?pile=all'])
      expect((await api.call('get', path(id, bad), api.as.admin)).status, bad).toBe(400)
  })

  it('counts what the keys of the file settled', async () => {
    const [one] = (await api.deps.db('patients').where({ id: mei.id })) as { id_number: string }[]
    const same = cells()
    const other = await imported([
      cells({ id_number: String(one?.id_number) }),
      same,
      { ...same, name: 'Another Name' },
    ])
    await done(other)
    expect((await list(other)).piles).toMatchObject({ exact: { settled: 0, refused: 2 }, new: 1 })
  })
})

describe('decisions', () => {
  it('put together, keep both and put off, pair by pair; every merge can be split again', async () => {
    await done(id)
    const [a, b, c] = (await list(id)).data as [DuplicatePair, DuplicatePair, DuplicatePair]
    const after = await done(id, {
      decisions: [mergeOf(a), { pair: b.id, decision: 'keep-both' }, { pair: c.id, decision: 'later' }],
    })
    expect(after).toMatchObject({ status: 'completed', phase: null, counts: { inserted: 5 } })
    const { piles, data } = await list(id)
    expect(piles.probable).toMatchObject({ open: 0, merged: 1, kept: 1, later: 1 })
    const merged = data.find((pair) => pair.id === a.id) as DuplicatePair
    expect(merged).toMatchObject({
      status: 'merged',
      stays: 'existing',
      decidedBy: 'admin',
      imported: { id: a.imported.id, present: false },
      existing: { id: a.existing.id, present: true, version: 2 },
    })
    expect((await api.call('get', `/api/patients/${a.imported.id}`)).body).toMatchObject({
      code: 'state/merged',
      survivor: { id: a.existing.id },
    })
    const trail = await api.deps
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
    const split = await api.call('post', `/api/patients/merges/${merged.mergeId}/undo`, api.as.admin)
    expect(split.status, split.text).toBe(201)
    expect((await list(id)).data.find((pair) => pair.id === a.id)).toMatchObject({
      status: 'split',
      imported: { present: true, name: a.imported.name },
    })
    // decided otherwise afterwards: put together the other way round
    const now = (await list(id)).data.find((pair) => pair.id === a.id) as DuplicatePair
    await done(id, { decisions: [mergeOf(now, 'imported'), { pair: c.id, decision: 'keep-both' }] })
    expect((await list(id)).data.find((pair) => pair.id === a.id)).toMatchObject({
      status: 'merged',
      imported: { present: true },
      existing: { present: false },
    })
  })

  it('for all that are sure enough, and for the rest', async () => {
    await done(id)
    const half = await done(id, { all: { decision: 'merge', minScore: 90, stays: 'existing' } })
    expect(half).toMatchObject({ status: 'needs_review' })
    expect((await list(id)).piles.probable).toMatchObject({ open: 1, merged: 2 })
    expect((await api.call('get', `/api/patients/${raju.id}`)).body).toMatchObject({ allergies: 'Latex' })
    expect(await done(id, { all: { decision: 'keep-both' } })).toMatchObject({ status: 'completed' })
    expect((await list(id)).piles.probable).toMatchObject({ open: 0, merged: 2, kept: 1 })
  })

  it('that two are not the same are remembered: nobody is asked again', async () => {
    await done(id)
    const { data } = await list(id)
    await done(id, { all: { decision: 'keep-both' } })
    await api.deps.db('import_duplicates').delete()
    expect(await done(id)).toMatchObject({ status: 'completed' })
    expect((await list(id)).data).toEqual([])
    expect(data).toHaveLength(3)
  })

  it('that the rules of merging refuse stay listed with the reason, and the others are done', async () => {
    await done(id)
    const { data } = await list(id)
    const ticket = await api.call('post', '/api/queue').send({ patientId: mei.id })
    expect(ticket.status, ticket.text).toBe(201)
    await done(id, { all: { decision: 'merge' } })
    const after = (await list(id)).data
    const ofMei = after.find(({ existing }) => existing.id === mei.id)
    expect(ofMei).toMatchObject({ status: 'refused', refusal: 'state/conflict', imported: { present: true } })
    expect(after.filter(({ status }) => status === 'merged')).toHaveLength(data.length - 1)
    await api.call('patch', `/api/patients/${mei.id}`).send({ phone: '0129000002', version: 1 })
    await done(id, { decisions: [mergeOf(ofMei as DuplicatePair)] })
    expect((await list(id, '?status=refused')).data).toMatchObject([{ refusal: 'state/version' }])
  })

  it('about three records of one person leave one record and nothing open', async () => {
    const name = `Thrice Same${serial}`
    const rows = [1, 2, 3].map(() => cells({ name, date_of_birth: '1966-06-06' }))
    const three = await imported(rows)
    await done(three)
    expect((await list(three)).piles).toMatchObject({ probable: { open: 3 }, new: 1 })
    expect(await done(three, { all: { decision: 'merge' } })).toMatchObject({ status: 'completed' })
    expect((await list(three)).piles.probable).toMatchObject({ merged: 2, settled: 1, refused: 0 })
    expect(await api.deps.db('patients').where({ name }).whereNull('deleted_at')).toHaveLength(1)
  })
})

describe('who may, and when', () => {
  it('only who may merge and import patients and sees the operation', async () => {
    for (const cookie of [api.as.doctor, api.as.cashier, await api.signIn('assistant', 'desk-other')]) {
      const [read, wrote] = [await api.call('get', path(id), cookie), await ask(id, {}, cookie)]
      expect([403, 404]).toContain(read.status)
      expect([403, 404]).toContain(wrote.status)
    }
    expect((await ask('0')).status).toBe(404)
    for (const bad of [
      { x: 1 },
      { decisions: [] },
      { all: { decision: 'eat' } },
      { decisions: [{ pair: '1' }] },
    ])
      expect((await ask(id, bad)).status, JSON.stringify(bad)).toBe(400)
    const stranger = { decisions: [{ pair: '999999999', decision: 'later' }] }
    expect((await ask(id, stranger)).status).toBe(422)
    expect((await api.call('get', `/api/operations/${id}`, api.as.admin)).body.status).toBe('completed')
  })

  it('of many at once one is heard; the others get the record', async () => {
    const answers = await Promise.all([ask(id), ask(id), ask(id)])
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409])
    for (const { status, body } of answers)
      if (status === 409) expect(body).toMatchObject({ code: 'state/conflict', operation: { id } })
    await rig.run(id)
  })

  it('a look is recorded with whom it showed; events say nothing of people', async () => {
    await done(id)
    const { data } = await list(id)
    // only files that are closed are drained
    await api.services.spool.close()
    await drainOnce(api.deps)
    const look = await api.deps
      .db('audit_entries')
      .where({ action: 'imports.read-duplicates', entity_id: id })
      .first('username', 'detail')
    const shown = data.flatMap(({ imported: one, existing }) => [one.id, existing.id])
    const { shown: told } = typeof look.detail === 'string' ? JSON.parse(look.detail) : look.detail
    expect([look.username, [...told].sort()]).toEqual(['admin', [...new Set(shown)].sort()])
    await done(id, { all: { decision: 'merge' } })
    const events = await api.deps
      .db('outbox_events')
      .where('type', 'like', 'operation.%')
      .orWhere('type', 'patient.merged')
      .select('body')
    for (const { imported: one } of data) expect(JSON.stringify(events)).not.toContain(one.name)
  })

  it('not while it is taken back; what was put together is kept then, and listed', async () => {
    await done(id)
    const [first] = (await list(id)).data as [DuplicatePair]
    await done(id, { all: { decision: 'merge', minScore: 90 } })
    await done(id, { all: { decision: 'later' } })
    const undo = await api.call('post', `/api/operations/${id}/undo`, api.as.admin)
    expect(undo.status, undo.text).toBe(202)
    expect((await ask(id)).status).toBe(409)
    await rig.run(id)
    const after = (await api.call('get', `/api/operations/${id}`, api.as.admin)).body
    expect(after.status).toBe('undone')
    const kept = (await api.call('get', `/api/operations/${id}/kept`, api.as.admin)).body.data
    expect(kept).toHaveLength(2)
    expect(kept).toContainEqual({ kind: 'patients', id: first.imported.id, reason: 'changed-since' })
    expect((await ask(id)).status).toBe(409)
    // what stayed can be split still, and is whole then
    const pair = (await list(id)).data.find((each) => each.id === first.id) as DuplicatePair
    const split = await api.call('post', `/api/patients/merges/${pair.mergeId}/undo`, api.as.admin)
    expect(split.status, split.text).toBe(201)
    expect(split.body.restored).toMatchObject({ id: first.imported.id, name: first.imported.name })
  })
})
