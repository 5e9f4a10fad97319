import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { callNext, moveTicket, undoMove } from '../../shared/queue/commands.ts'
import { moveKind, STATUSES } from '../../shared/queue/rules.ts'
import { type Ticket, ticket as ticketShape } from '../../shared/queue/schema.ts'
import { fromNoon, type QueueApi, refusal, startQueueApi } from './testing.ts'

let api: QueueApi
let aheadMs = 0

beforeAll(async () => {
  api = await startQueueApi({
    rewire: (deps) => ({ ...deps, clock: fromNoon(() => aheadMs) }),
  })
})
afterAll(() => api.close())
beforeEach(async () => {
  aheadMs = 0
  for (const table of ['ticket_moves', 'tickets', 'visits', 'ticket_counters', 'outbox_events', 'doctors'])
    await api.deps.database.admin(table).delete()
  await bumpGenerations(api.deps, ['doctors', 'queue'])
})

const move = (id: string, body: Record<string, unknown>, cookie = api.as.assistant) =>
  api.call('post', `/api/queue/${id}/moves`, cookie).send(body)
const to = async (ticket: Ticket, body: Record<string, unknown>): Promise<Ticket> => {
  const answer = await move(ticket.id, { version: ticket.version, ...body })
  expect(answer.status, answer.text).toBe(201)
  return ticketShape.strict().parse(answer.body)
}

/** The same in one statement, of one ticket. */
const tracesOf = async (id: string) => {
  const count = (table: string) => `(select count(*) from ${table}) as ${table}`
  const others = ['ticket_moves', 'outbox_events', 'audit_entries'].map(count).join(', ')
  const [rows] = await api.deps.db.raw(`select t.*, ${others} from tickets t where id = ?`, [id])
  expect(rows).toHaveLength(1)
  return rows[0]
}

describe('random moves', () => {
  const status = fc.constantFrom(...STATUSES)
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ to: status, room: fc.option(fc.constantFrom('1', '2'), { nil: undefined }) }),
    },
    { weight: 1, arbitrary: fc.constant('undo' as const) },
    { weight: 1, arbitrary: fc.constant('stale' as const) },
    { weight: 1, arbitrary: fc.constant('next' as const) },
  )
  it('follow the table, step by step, and what is refused leaves no trace', async () => {
    const who = { userId: await api.user('assistant') }
    const { deps } = api.services
    const { patient, ...first } = await api.ticket()
    await to({ ...first, patient }, { to: 'cancelled' })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        let known: Ticket = (await api.call('post', '/api/queue').send({ patientId: patient.id })).body
        const history: Ticket[] = []
        const read = async () => (await api.board()).find(({ id }) => id === known.id) as Ticket
        known = await read()
        for (const each of steps) {
          const before = await tracesOf(known.id)
          let code: string | null
          let allowed: boolean
          if (each === 'undo') {
            allowed = history.length > 0
            code = await refusal(undoMove(deps, known.id, undefined, who))
          } else if (each === 'stale') {
            allowed = false
            code = await refusal(
              moveTicket(deps, known.id, { to: 'called', version: known.version + 1 }, who),
            )
          } else if (each === 'next') {
            allowed = known.status === 'waiting'
            code = (await callNext(deps, { room: '5' }, who)) === null ? 'nobody' : null
          } else {
            const room = each.room === undefined ? {} : { room: each.room }
            const kind = moveKind(known.status, each.to, room, known)
            const directed = ['call', 'recall', 'start', 'transfer']
            allowed = kind !== null && (each.room === undefined || directed.includes(kind))
            code = await refusal(
              moveTicket(deps, known.id, { to: each.to, version: known.version, ...room }, who),
            )
          }
          expect(code === null, `${JSON.stringify(each)} from ${known.status}: ${code}`).toBe(allowed)
          const now = await read()
          if (!allowed) {
            expect(await tracesOf(known.id)).toEqual(before)
            expect(now).toEqual(known)
            continue
          }
          expect(now.version).toBe(known.version + 1)
          if (each === 'undo') {
            const was = history.at(-1) as Ticket
            expect(now).toEqual({ ...was, version: now.version })
            history.length = 0
          } else history.push(known)
          if (typeof each === 'object') expect(now.status).toBe(each.to)
          known = now
        }
        // out of the way of the next run's call-next
        await api.deps.db('tickets').where({ id: known.id }).update({ status: 'cancelled' })
      }),
      { numRuns: 15 },
    )
  }, 240_000)
})
