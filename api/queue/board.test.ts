import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { type QueueApi, someone, startQueueApi } from './testing.ts'

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
beforeEach(async () => {
  for (const table of ['ticket_moves', 'tickets', 'visits', 'ticket_counters', 'outbox_events', 'settings'])
    await api.deps.database.admin(table).delete()
  await bumpGenerations(api.deps, ['settings', 'queue'])
})

const numbers = (rows: { number: string }[]) => rows.map(({ number }) => number)

describe('the board', () => {
  it('comes from the cache with its ETag, is filtered and paged', async () => {
    for (let n = 0; n < 5; n++) await api.ticket({ priority: n === 2 ? 'child' : 'normal' })
    await api.board()
    const seen = await api.call('get', '/api/queue')
    expect(seen.headers).toMatchObject({ 'x-cache': 'HIT', 'cache-control': 'private, no-store' })
    const same = await api.call('get', '/api/queue').set('If-None-Match', String(seen.headers.etag))
    expect(same.status).toBe(304)
    expect(await api.board('?status=called,on_hold')).toEqual([])
    expect(await api.board('?day=2020-01-01')).toEqual([])
    expect(await api.board('?doctor=none')).toHaveLength(5)
    const first = await api.call('get', '/api/queue?limit=2')
    expect(first.body.meta).toMatchObject({ page: 1, limit: 2, total: 5, totalPages: 3 })
    const next = await api.call('get', `/api/queue?limit=2&cursor=${first.body.meta.next}`)
    expect(numbers(next.body.data)).toEqual(numbers(await api.board('?limit=2&page=2')))
  })

  it('is never older than an acknowledged write, a patient’s name included', async () => {
    let stop = false
    let seenMost = 0
    const reader = (async () => {
      while (!stop) {
        const { length } = await api.board()
        expect(length).toBeGreaterThanOrEqual(seenMost)
        seenMost = length
      }
    })()
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let n = 0; n < 6; n++) {
          const { id, patient } = await api.ticket()
          const name = `Renamed ${id}`
          await api.call('patch', `/api/patients/${patient.id}`).send({ name, version: 1 })
          expect((await api.board()).find((each) => each.id === id)?.patient.name).toBe(name)
        }
      }),
    )
    stop = true
    await reader
    expect(await api.board()).toHaveLength(36)
  })

  it('costs two statements however many are on it', async () => {
    const count = async () => {
      const statements: string[] = []
      const note = ({ sql }: { sql: string }) => (sql.includes('queue.') ? statements.push(sql) : undefined)
      await bumpGenerations(api.deps, ['queue'])
      api.deps.db.on('query', note)
      await api.board()
      api.deps.db.off('query', note)
      return statements.length
    }
    const family = () =>
      api
        .call('post', '/api/queue/groups')
        .send({ members: [{ patient: someone() }, { patient: someone() }] })
    await family()
    const few = await count()
    for (let n = 0; n < 6; n++) await family()
    expect([few, await count()]).toEqual([2, 2])
  })

  it.each([
    'day=2026-13-01',
    'status=gone',
    'status=',
    'doctor=x',
    'limit=101',
    'limit=0',
    'cursor=0',
    'page=0',
    'cursor=1&page=1',
    'sort=name',
  ])('refuses %s', async (query) => {
    expect((await api.call('get', `/api/queue?${query}`)).status).toBe(400)
  })
})
