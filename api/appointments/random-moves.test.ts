import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  arriveAppointment,
  bookAppointment,
  changeAppointment,
  moveAppointment,
} from '../../shared/appointments/commands.ts'
import { type AppointmentStatus, followed, mayMove } from '../../shared/appointments/rules.ts'
import type { Appointment } from '../../shared/appointments/schema.ts'
import { moveTicket, undoMove } from '../../shared/queue/commands.ts'
import { moveKind, type Status } from '../../shared/queue/rules.ts'
import { type ClinicalApi, startClinicalApi } from '../certificates/testing.ts'
import { refusal, someone } from '../queue/testing.ts'

let api: ClinicalApi
let patientId: string
let userId: string
beforeAll(async () => {
  api = await startClinicalApi()
  patientId = (await api.call('post', '/api/patients').send(someone())).body.id
  userId = await api.user('assistant')
})
afterAll(() => api.close())

const COUNTED = ['ticket_moves', 'tickets', 'visits', 'outbox_events', 'audit_entries', 'ticket_counters']
/** Everything that a move could leave behind. */
const traces = async (id: string) => {
  const counts = COUNTED.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ')
  const [[counted]] = await api.deps.db.raw(`select ${counts}`)
  return {
    appointment: await api.deps.db('appointments').where({ id }),
    slots: await api.deps.db('appointment_slots').orderBy('slot_at'),
    tickets: await api.deps.db('tickets').orderBy('id'),
    counted,
  }
}

const stale = fc.integer({ min: 0, max: 6 }).map((n) => n === 0)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant('arrive' as const), stale }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('move' as const),
      to: fc.constantFrom('done' as const, 'no_show' as const, 'cancelled' as const),
      stale,
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('change' as const), stale }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('undo' as const), stale }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('ticket' as const),
      to: fc.constantFrom<Status>('in_consultation', 'completed', 'cancelled', 'no_show', 'waiting'),
      stale,
    }),
  },
)

it('random moves of appointment and ticket follow both tables; what is refused leaves no trace', async () => {
  const { deps } = api.services
  const writer = { who: { userId }, own: null }
  const start = `${api.today}T15:00:00+08:00`
  const later = `${api.today}T16:00:00+08:00`
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25 }), async (steps) => {
      await api.deps.db('appointment_slots').delete()
      await api.deps.db('appointments').delete()
      const slot = { patientId, doctorId: api.doctorId, minutes: 15 }
      const { id } = await bookAppointment(deps, { ...slot, start }, writer)
      const present = async (): Promise<Appointment> =>
        (await api.call('get', `/api/appointments/${id}`)).body
      /** Whether the doctor's time is taken: given free by hand alone, never by the ticket. */
      let isTaken = true
      let undoable: { before: Status; after: Status } | null = null
      for (const each of steps) {
        const seen = await present()
        const ticket = (await api.board()).find((one) => one.id === seen.ticketId)
        const before = await traces(id)
        const version = (of: { version: number }) => of.version + (each.stale ? 1 : 0)
        let allowed = !each.stale
        let expected: AppointmentStatus = seen.status
        let work: Promise<unknown>
        if (each.what === 'arrive') {
          allowed &&= mayMove(seen.status, 'arrived')
          expected = 'arrived'
          work = arriveAppointment(deps, id, { version: version(seen) }, writer)
        } else if (each.what === 'move') {
          // it is noon, and the appointment is at three: nobody can have missed it
          allowed &&= mayMove(seen.status, each.to) && each.to !== 'no_show'
          expected = each.to
          work = moveAppointment(deps, id, { to: each.to, version: version(seen) }, writer)
        } else if (each.what === 'change') {
          allowed &&= seen.status === 'booked'
          const to = new Date(seen.start).getTime() === Date.parse(start) ? later : start
          work = changeAppointment(deps, id, { version: version(seen) }, { start: to }, writer)
        } else if (ticket === undefined) continue
        else if (each.what === 'undo') {
          allowed &&= undoable !== null
          if (undoable !== null)
            expected = followed(seen.status, undoable.after, undoable.before) ?? seen.status
          work = undoMove(deps, ticket.id, version(ticket), writer.who)
        } else {
          allowed &&= moveKind(ticket.status, each.to, {}, ticket) !== null
          expected = followed(seen.status, ticket.status, each.to) ?? seen.status
          work = moveTicket(deps, ticket.id, { to: each.to, version: version(ticket) }, writer.who)
        }
        const code = await refusal(work)
        expect(code === null, `${JSON.stringify(each)} of ${seen.status}: ${code}`).toBe(allowed)
        if (!allowed) {
          expect(await traces(id)).toEqual(before)
          continue
        }
        if (each.what === 'move' && each.to === 'cancelled') isTaken = false
        if (each.what === 'arrive' || each.what === 'undo') undoable = null
        if (each.what === 'ticket' && ticket !== undefined)
          undoable = { before: ticket.status, after: each.to }
        const now = await present()
        expect(now.status, JSON.stringify(each)).toBe(expected)
        expect(now.version).toBe(
          seen.version + (now.status === seen.status && each.what !== 'change' ? 0 : 1),
        )
        expect((await traces(id)).slots).toHaveLength(isTaken ? 3 : 0)
      }
    }),
    { numRuns: 12 },
  )
}, 240_000)
