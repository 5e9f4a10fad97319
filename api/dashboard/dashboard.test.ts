import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { rebuildFigures } from '../../shared/dashboard/commands.ts'
import { foldOnce } from '../../shared/dashboard/fold.ts'
import { type Dashboard, dashboard } from '../../shared/dashboard/schema.ts'
import type { Ticket } from '../../shared/queue/schema.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { fromNoon, type QueueApi, someone, startQueueApi } from '../queue/testing.ts'

const MINUTE_MS = 60_000
let api: QueueApi
let aheadMs = 0
let doctorId: string
let otherId: string

beforeAll(async () => {
  api = await startQueueApi({ rewire: (deps) => ({ ...deps, clock: fromNoon(() => aheadMs) }) })
  const userId = await api.user('doctor')
  const made = async (code: string, more: Record<string, unknown>) =>
    (await api.call('post', '/api/doctors', api.as.admin).send({ code, name: `Dr ${code}`, ...more })).body.id
  doctorId = await made('A', { userId })
  otherId = await made('B', {})
})
afterAll(() => api.close())
beforeEach(async () => {
  aheadMs = 0
  for (const table of [
    'ticket_moves',
    'tickets',
    'visits',
    'ticket_counters',
    'day_figures',
    'figure_deltas',
  ])
    await api.deps.database.admin(table).delete()
  await bumpGenerations(api.deps, ['queue'])
})

const see = async (query = '', cookie = api.as.admin): Promise<Dashboard> => {
  const answer = await api.call('get', `/api/dashboard${query}`, cookie)
  expect(answer.status, answer.text).toBe(200)
  return dashboard.strict().parse(answer.body)
}
const move = async (ticket: Ticket, to: string, more: Record<string, unknown> = {}): Promise<Ticket> => {
  const answer = await api
    .call('post', `/api/queue/${ticket.id}/moves`)
    .send({ to, version: ticket.version, ...more })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

describe('a day in figures', () => {
  it('counts states, hours, minutes and doctors, folded in or not', async () => {
    const today = clinicDay(aheadMs + Date.now())
    for (let n = 0; n < 4; n++) await api.ticket({ doctorId: n < 3 ? doctorId : otherId })
    const [first, second, third] = await api.board()
    aheadMs = 10 * MINUTE_MS
    const one = await move(first as Ticket, 'in_consultation')
    await move(second as Ticket, 'called')
    await move(third as Ticket, 'waiting', { doctorId: otherId })
    aheadMs = 25 * MINUTE_MS
    await move(one, 'payment')
    await api
      .call('post', '/api/queue/groups')
      .send({ members: [{ patient: someone() }, { patient: someone() }] })

    const seen = await see()
    expect(seen).toMatchObject({
      day: today,
      doctorId: null,
      visits: { total: 6, byStatus: { waiting: 4, called: 1, payment: 1, cancelled: 0 } },
      waiting: { count: 2 },
      consultation: { count: 1 },
      takings: { total: '0.00', byMethod: [] },
      newPatients: 6,
      month: { visits: 6, newPatients: 6, days: [{ day: today, visits: 6, newPatients: 6 }] },
    })
    expect(seen.visits.byHour.reduce((sum, { visits }) => sum + visits, 0)).toBe(6)
    expect(seen.waiting.medianMin).toBeCloseTo(10, -1)
    expect(seen.consultation.medianMin).toBeCloseTo(15, -1)
    const byDoctor = new Map(seen.doctors.map(({ doctorId: id, name, visits }) => [id, `${name} ${visits}`]))
    expect(byDoctor).toEqual(
      new Map([
        [null, 'null 2'],
        [doctorId, 'Dr A 2'],
        [otherId, 'Dr B 2'],
      ]),
    )

    expect(await foldOnce(api.deps)).toBeGreaterThan(0)
    expect(await foldOnce(api.deps)).toBe(0)
    expect(await api.deps.db('figure_deltas')).toEqual([])
    expect(await see()).toEqual(seen)
    expect((await see('?day=2020-02-29')).month).toMatchObject({ to: '2020-02-29', visits: 0, days: [] })
  })

  it('is 304 while nothing happens, and never older than an acknowledged write', async () => {
    await see()
    const hit = await api.call('get', '/api/dashboard', api.as.admin)
    const same = await api
      .call('get', '/api/dashboard', api.as.admin)
      .set('If-None-Match', String(hit.headers.etag))
    expect(same.status).toBe(304)
    for (let n = 1; n <= 5; n++) {
      const ticket = await api.ticket()
      expect((await see()).visits.total).toBe(n)
      await move(ticket, 'cancelled')
      expect((await see()).visits.byStatus.cancelled).toBe(n)
    }
  })

  it('shows the clinic to its owners, doctors their own, and nobody else anything', async () => {
    await api.ticket({ doctorId })
    await api.ticket({ doctorId: otherId })
    await api.ticket()
    const own = await see('', api.as.doctor)
    expect(own).toMatchObject({
      doctorId,
      visits: { total: 1 },
      newPatients: null,
      month: { newPatients: null },
    })
    expect(own.doctors.map(({ doctorId: id }) => id)).toEqual([doctorId])
    const stranger = await api.signIn('doctor', 'locum')
    expect(await see('', stranger)).toMatchObject({ doctorId: null, visits: { total: 0 }, doctors: [] })
    for (const cookie of [api.as.assistant, api.as.cashier])
      expect((await api.call('get', '/api/dashboard', cookie)).status).toBe(403)
    for (const query of ['?day=2026-02-30', '?day=x', '?doctor=1'])
      expect((await api.call('get', `/api/dashboard${query}`, api.as.admin)).status).toBe(400)
  })

  it('takes back patients who are deleted', async () => {
    await api.deps.database.admin('day_figures').delete()
    const { body } = await api.call('post', '/api/patients').send(someone())
    expect((await see()).newPatients).toBe(1)
    expect((await api.call('delete', `/api/patients/${body.id}`, api.as.admin)).status).toBe(204)
    expect((await see()).newPatients).toBe(0)
  })
})

describe('counting again', () => {
  it('is the same as counting along, while the clinic works', async () => {
    // whoever other tests have registered stays in the file
    const known = Number((await api.deps.db('patients').whereNull('deleted_at').count({ n: '*' }).first())?.n)
    const clerk = async () => {
      for (let n = 0; n < 15; n++) await api.ticket(n % 2 === 0 ? { doctorId } : {})
    }
    const counter = async () => {
      for (let n = 0; n < 8; n++) {
        await rebuildFigures(api.deps)
        await foldOnce(api.deps)
      }
    }
    await Promise.all([clerk(), clerk(), counter(), counter()])
    const along = await see()
    expect(along.visits.total).toBe(30)
    expect(along.newPatients).toBe(known + 30)
    await rebuildFigures(api.deps)
    expect(await see()).toEqual(along)
    expect(await api.deps.db('figure_deltas')).toEqual([])
  })
})
