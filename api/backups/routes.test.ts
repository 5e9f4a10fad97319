import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { backupList } from '../../shared/backups/schema.ts'
import { ensureSchedules } from '../../shared/schedules/commands.ts'
import { scheduleList } from '../../shared/schedules/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let chief: string
let admin: string
let doctor: string

beforeAll(async () => {
  api = await startTestApi()
})
beforeEach(async () => {
  await api.deps.emptyTables()
  await ensureSchedules(api.deps)
  ;[chief, admin, doctor] = [
    await api.signIn('super_admin'),
    await api.signIn('admin'),
    await api.signIn('doctor'),
  ]
})
afterAll(() => api.close())

const get = (path: string, cookie = chief) => api.http.get(path).set('Cookie', cookie)
const post = (path: string, body: object = {}, cookie = chief) =>
  api.http.post(path).set('Cookie', cookie).set('X-Requested-With', 'clinic').send(body)
const patch = (path: string, body: object, cookie = chief) =>
  api.http.patch(path).set('Cookie', cookie).set('X-Requested-With', 'clinic').send(body)
const operations = async () => (await api.deps.db('operations')).length
const made = async (fields: Record<string, unknown> = {}) => {
  const [id] = await api.deps.db('backups').insert({
    name: '2026-03-01T02-30-00Z-x-1',
    taken_at: '2026-03-01 02:30:00.000',
    bytes: 5,
    table_count: 2,
    row_total: 3,
    key_id: 'k',
    ...fields,
  })
  return String(id)
}

describe('backups', () => {
  it('are asked for by the super administrator alone, once for one key', async () => {
    const asked = await post('/api/backups').set('Idempotency-Key', 'a')
    expect(asked.status, asked.text).toBe(202)
    expect(asked.headers.location).toBe(`/api/operations/${asked.body.operation.id}`)
    expect(asked.body.operation).toMatchObject({
      type: 'backup',
      kind: 'full',
      status: 'queued',
      params: { prove: true },
    })
    const again = await post('/api/backups').set('Idempotency-Key', 'a')
    expect(again.body.operation.id).toBe(asked.body.operation.id)
    expect((await post('/api/backups', { prove: false }).set('Idempotency-Key', 'a')).status).toBe(422)
    for (const cookie of [admin, doctor]) expect((await post('/api/backups', {}, cookie)).status).toBe(403)
    expect((await post('/api/backups', { where: '/etc' })).status).toBe(400)
    expect(await operations()).toBe(1)
    // an administrator sees it, and may not stop it
    const path = `/api/operations/${asked.body.operation.id}`
    expect((await get(path, admin)).status).toBe(200)
    expect((await get(path, doctor)).status).toBe(404)
    expect((await post(`${path}/cancel`, {}, admin)).status).toBe(403)
    expect((await post(`${path}/cancel`)).status).toBe(202)
  })

  it('are listed for administrators, and a proof is asked for of one that is there', async () => {
    const id = await made()
    const gone = await made({ name: '2026-02-01T02-30-00Z-x-1', removed_at: '2026-03-01 00:00:00.000' })
    const { body, headers } = await get('/api/backups', admin)
    expect(backupList.parse(body).data.map((each) => [each.id, each.rows, each.provenAt])).toContainEqual([
      id,
      3,
      null,
    ])
    expect(body.meta.total).toBe(2)
    expect((await get('/api/backups', admin).set('If-None-Match', headers.etag as string)).status).toBe(304)
    expect((await get('/api/backups', doctor)).status).toBe(403)
    expect((await get('/api/backups?limit=0', admin)).status).toBe(400)
    const asked = await post(`/api/backups/${id}/prove`)
    expect(asked.body.operation).toMatchObject({
      type: 'proof',
      params: { backup: '2026-03-01T02-30-00Z-x-1' },
    })
    expect((await post(`/api/backups/${gone}/prove`)).status).toBe(409)
    for (const strange of ['999999', 'x', '0'])
      expect((await post(`/api/backups/${strange}/prove`)).status).toBe(404)
    expect((await post(`/api/backups/${id}/prove`, {}, admin)).status).toBe(403)
  })
})

describe('upkeep', () => {
  it('is named, and carried out by name', async () => {
    expect((await get('/api/maintenance')).body.data.map(({ task }: { task: string }) => task)).toEqual([
      'optimize',
      'tidy',
      'watch',
    ])
    const asked = await post('/api/maintenance/tidy')
    expect([asked.status, asked.body.operation.kind]).toEqual([202, 'tidy'])
    for (const strange of ['constructor', 'drop', '__proto__'])
      expect((await post(`/api/maintenance/${strange}`)).status).toBe(404)
    expect((await post('/api/maintenance/optimize', { anyHour: 'yes' })).status).toBe(400)
    expect((await post('/api/maintenance/tidy', {}, admin)).status).toBe(403)
    expect((await get('/api/maintenance', doctor)).status).toBe(403)
  })
})

describe('schedules', () => {
  it('are listed, changed by version and audited', async () => {
    const { data } = scheduleList.parse((await get('/api/schedules', admin)).body)
    expect(data.map(({ name }) => name)).toEqual(['backup', 'optimize', 'prove', 'tidy', 'watch'])
    const changed = await patch('/api/schedules/backup', { version: 1, at: '23:15' })
    expect(changed.status, changed.text).toBe(200)
    expect(changed.body).toMatchObject({ at: '23:15', version: 2 })
    const stale = await patch('/api/schedules/backup', { version: 1, at: '22:00' })
    expect([stale.status, stale.body.current.at]).toEqual([409, '23:15'])
    expect((await get('/api/schedules/backup')).body).toEqual(changed.body)
    expect(
      await api.deps.db('audit_entries').where({ action: 'schedules.change', entity_id: 'backup' }),
    ).toHaveLength(1)
    for (const wrong of [
      { at: '25:00' },
      { at: '9:00' },
      { monthDay: 31 },
      { weekday: 0 },
      { name: 'x' },
      {},
    ])
      expect((await patch('/api/schedules/backup', { version: 2, ...wrong })).status).toBe(400)
    expect((await patch('/api/schedules/backup', { version: 2, every: 'week' })).status).toBe(422)
    expect((await patch('/api/schedules/backup', { version: 2, every: 'week', weekday: 1 })).status).toBe(200)
    expect((await patch('/api/schedules/nothing', { version: 1, at: '01:00' })).status).toBe(404)
    expect((await patch('/api/schedules/backup', { version: 3, at: '01:00' }, admin)).status).toBe(403)
    expect((await get('/api/schedules', doctor)).status).toBe(403)
  })

  it('two who change one at once: one has it, the other is told what it is now', async () => {
    const both = await Promise.all(
      ['01:00', '01:30'].map((at) => patch('/api/schedules/tidy', { version: 1, at })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const lost = both.find(({ status }) => status === 409)
    const won = both.find(({ status }) => status === 200)
    expect(lost?.body.current).toEqual(won?.body)
  })

  it('run at once without losing their next time', async () => {
    const before = (await get('/api/schedules/optimize')).body
    const asked = await post('/api/schedules/optimize/run')
    expect(asked.body.operation).toMatchObject({
      type: 'maintenance',
      kind: 'optimize',
      params: { anyHour: true },
    })
    expect((await get('/api/schedules/optimize')).body).toEqual(before)
    expect((await post('/api/schedules/nothing/run')).status).toBe(404)
    expect((await post('/api/schedules/tidy/run', {}, admin)).status).toBe(403)
  })
})
