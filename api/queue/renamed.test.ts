import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Ticket } from '../../shared/queue/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { type QueueApi, someone, startQueueApi } from './testing.ts'

let api: QueueApi
let second: TestApi
beforeAll(async () => {
  api = await startQueueApi()
  second = await startTestApi({ deps: api.deps })
})
beforeEach(async () => {
  for (const table of ['ticket_moves', 'tickets', 'visits', 'outbox_events'])
    await api.deps.db(table).delete()
})
afterAll(async () => {
  await second.close()
  await api.close()
})

interface Told {
  topic: string
  type: string
  entity: Ticket & { name: string | null }
}
const told = async (): Promise<Told[]> =>
  (await api.deps.db('outbox_events').orderBy('id').select('topic', 'type', 'body')).map(
    ({ topic, type, body }) => ({
      topic,
      type,
      entity: (typeof body === 'string' ? JSON.parse(body) : body).body.entity,
    }),
  )
const forget = () => api.deps.db('outbox_events').delete()
const edit = (id: string, changes: Record<string, unknown>, url = api.url) =>
  api.call('patch', `/api/patients/${id}`, api.as.assistant, url).send({ version: 1, ...changes })
const move = (id: string, to: string, more: Record<string, unknown> = {}) =>
  api.call('post', `/api/queue/${id}/moves`).send({ to, version: 1, ...more })

it('a new name reaches boards and screens, of one’s own tickets and of groups', async () => {
  const { id, patient, number } = await api.ticket()
  const group = await api
    .call('post', '/api/queue/groups')
    .send({ members: [{ patientId: patient.id }, { patient: someone() }] })
  expect(group.status).toBe(201)
  await forget()
  expect((await edit(patient.id, { name: 'Aminah binti Yusof' })).status).toBe(200)
  const events = await told()
  expect(events.map(({ topic, type }) => [topic, type])).toEqual([
    ['queue', 'queue.updated'],
    ['display', 'queue.updated'],
    ['queue', 'queue.updated'],
    ['display', 'queue.updated'],
  ])
  const board = await api.board()
  expect(events[0]?.entity).toEqual(board.find((ticket) => ticket.id === id))
  expect(events[2]?.entity).toEqual(board.find((ticket) => ticket.id === group.body.id))
  expect(events[0]?.entity.patient.name).toBe('Aminah binti Yusof')
  expect(events[1]?.entity).toMatchObject({ id: number })
  expect(JSON.stringify([events[1], events[3]])).not.toContain('Yusof')
})

it('nothing is told of other changes, of a name that stays, or of tickets that are over', async () => {
  const { id, patient } = await api.ticket()
  await forget()
  expect((await edit(patient.id, { phone: '012-999 9999', name: patient.name })).status).toBe(200)
  expect(await told()).toEqual([])
  const over = await move(id, 'cancelled')
  expect(over.status, over.text).toBe(201)
  await forget()
  expect((await edit(patient.id, { name: 'Somebody Else', version: 2 })).status).toBe(200)
  expect(await told()).toEqual([])
})

it('a rename and a move at the same time leave every board with both', async () => {
  for (let round = 0; round < 12; round++) {
    const { id, patient } = await api.ticket()
    await forget()
    const name = `Renamed ${round}`
    const answers = await Promise.all([
      edit(patient.id, { name }, round % 2 === 0 ? api.url : second.url),
      move(id, 'called', { room: '3' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 201])
    // as a board does it: an event of a lower version than its own is ignored
    let shown: Ticket | undefined
    for (const { topic, entity } of await told())
      if (topic === 'queue' && (shown === undefined || entity.version >= shown.version)) shown = entity
    expect(shown).toMatchObject({ status: 'called', version: 2, patient: { name } })
    expect(shown).toEqual((await api.board()).find((ticket) => ticket.id === id))
  }
})
