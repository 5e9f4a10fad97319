import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Appointment, Arrival } from '../../shared/appointments/schema.ts'
import type { Ticket } from '../../shared/queue/schema.ts'
import { type ClinicalApi, startClinicalApi } from '../certificates/testing.ts'
import { someone } from '../queue/testing.ts'

let api: ClinicalApi
let patientId: string

beforeAll(async () => {
  api = await startClinicalApi()
  patientId = (await api.call('post', '/api/patients').send(someone())).body.id
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.deps.db('appointment_slots').delete()
  await api.deps.db('appointments').delete()
})

const arrive = (it: Appointment) =>
  api.call('post', `/api/appointments/${it.id}/arrive`).send({ version: it.version })
const arrived = async (start = '14:00'): Promise<Arrival> => {
  const slot = { start: `${api.today}T${start}:00+08:00`, minutes: 15 }
  const made = await api
    .call('post', '/api/appointments')
    .send({ patientId, doctorId: api.doctorId, ...slot })
  const answer = await arrive(made.body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const move = async (ticket: Ticket, to: string): Promise<Ticket> => {
  const answer = await api.call('post', `/api/queue/${ticket.id}/moves`).send({ to, version: ticket.version })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const undo = async (ticket: Ticket): Promise<Ticket> => {
  const answer = await api.call('post', `/api/queue/${ticket.id}/undo`).send({})
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const present = async (id: string): Promise<Appointment> =>
  (await api.call('get', `/api/appointments/${id}`)).body
/** As the calendar shows it: from the cache, which the move must have made old. */
const shown = async (id: string): Promise<Appointment> =>
  (await api.call('get', `/api/appointments?day=${api.today}`)).body.data.find(
    (each: Appointment) => each.id === id,
  )
const eventsOf = async (id: string) =>
  (await api.deps.db('outbox_events').where({ topic: 'appointments' }).orderBy('id').pluck('body'))
    .map((body) => (typeof body === 'string' ? JSON.parse(body) : body).body)
    .filter(({ entity }) => entity.id === id)

describe('an appointment and the ticket of its arrival', () => {
  it('name each other, on the board and in the calendar', async () => {
    const { appointment, ticket } = await arrived()
    expect(appointment.ticketId).toBe(ticket.id)
    expect(ticket.appointmentId).toBe(appointment.id)
    expect((await shown(appointment.id)).ticketId).toBe(ticket.id)
    const board = await api.board()
    expect(board.find(({ id }) => id === ticket.id)?.appointmentId).toBe(appointment.id)
    const walkIn = await api.ticket()
    expect(walkIn.appointmentId).toBeNull()
    expect(board.filter(({ appointmentId }) => appointmentId !== null)).toHaveLength(1)
  })

  it('end together, and the taking back of the end takes both back', async () => {
    const { appointment, ticket } = await arrived()
    const inside = await move(ticket, 'in_consultation')
    expect((await shown(appointment.id)).version).toBe(appointment.version)
    const over = await move(inside, 'completed')
    expect(over.appointmentId).toBe(appointment.id)
    expect(await shown(appointment.id)).toMatchObject({ status: 'done', version: appointment.version + 1 })
    await undo(over)
    expect(await shown(appointment.id)).toMatchObject({ status: 'arrived', ticketId: ticket.id })
    const audit = await api.deps
      .db('audit_entries')
      .where({ entity: 'appointment', entity_id: appointment.id, action: 'appointments.follow' })
      .pluck('patient_id')
    expect(audit).toEqual([patientId, patientId])
  })

  it('a patient who is not there when called was not there; back in the line, he is', async () => {
    const { appointment, ticket } = await arrived()
    const gone = await move(await move(ticket, 'called'), 'no_show')
    expect((await shown(appointment.id)).status).toBe('no_show')
    const back = await move(gone, 'waiting')
    expect((await shown(appointment.id)).status).toBe('arrived')
    const cancelled = await move(await move(back, 'no_show'), 'cancelled')
    expect((await shown(appointment.id)).status).toBe('no_show')
    await undo(cancelled)
    expect((await shown(appointment.id)).status).toBe('no_show')
  })

  it('a ticket that is cancelled leaves the appointment booked, and another arrival takes its place', async () => {
    const { appointment, ticket } = await arrived()
    const cancelled = await move(ticket, 'cancelled')
    expect(await shown(appointment.id)).toMatchObject({ status: 'booked', ticketId: ticket.id })
    await undo(cancelled)
    expect((await shown(appointment.id)).status).toBe('arrived')
    await move(await presentTicket(ticket.id), 'cancelled')
    const again: Arrival = (await arrive(await present(appointment.id))).body
    expect(again.appointment).toMatchObject({ status: 'arrived', ticketId: again.ticket.id })
    const alone = await undo(await presentTicket(ticket.id))
    expect(alone.appointmentId).toBeNull()
    await move(await move(alone, 'in_consultation'), 'completed')
    expect((await shown(appointment.id)).status).toBe('arrived')
    await move(await move(again.ticket, 'in_consultation'), 'completed')
    expect((await shown(appointment.id)).status).toBe('done')
  })

  it('another time than the cancelled ticket’s day is not taken back by it', async () => {
    const { appointment, ticket } = await arrived()
    const cancelled = await move(ticket, 'cancelled')
    const later = { start: `${api.today}T16:00:00+08:00`, version: (await present(appointment.id)).version }
    expect((await api.call('patch', `/api/appointments/${appointment.id}`).send(later)).status).toBe(200)
    expect((await undo(cancelled)).appointmentId).toBeNull()
    expect(await shown(appointment.id)).toMatchObject({ status: 'booked', ticketId: null })
  })

  it('what staff made of it by hand stays', async () => {
    const { appointment, ticket } = await arrived()
    const body = { to: 'done', version: appointment.version }
    const done = await api.call('post', `/api/appointments/${appointment.id}/moves`).send(body)
    await move(await move(ticket, 'in_consultation'), 'payment')
    expect(await present(appointment.id)).toEqual(done.body)
  })

  it('a move that is refused changes neither', async () => {
    const { appointment, ticket } = await arrived()
    const stale = { to: 'cancelled', version: ticket.version + 1 }
    expect((await api.call('post', `/api/queue/${ticket.id}/moves`).send(stale)).status).toBe(409)
    expect(await present(appointment.id)).toEqual(appointment)
  })

  it('one of the ticket’s end and a move by hand comes first, and the other finds what it made', async () => {
    for (let round = 0; round < 8; round++) {
      const { appointment, ticket } = await arrived(`15:${String(round * 5).padStart(2, '0')}`)
      const inside = await move(ticket, 'in_consultation')
      const [end, hand] = await Promise.all([
        api.call('post', `/api/queue/${ticket.id}/moves`).send({ to: 'completed', version: inside.version }),
        api
          .call('post', `/api/appointments/${appointment.id}/moves`)
          .send({ to: 'done', version: appointment.version }),
      ])
      expect(end.status).toBe(201)
      expect([201, 200, 409]).toContain(hand.status)
      const now = await present(appointment.id)
      expect(now).toMatchObject({ status: 'done', version: appointment.version + 1 })
      if (hand.status === 409) expect(hand.body.current).toEqual(now)
      await api.deps.db('appointment_slots').delete()
    }
  })

  it('tell the calendars, and nothing of the patient', async () => {
    const { appointment, ticket } = await arrived()
    await move(await move(ticket, 'in_consultation'), 'completed')
    const events = await eventsOf(appointment.id)
    expect(events.map(({ type, entity }) => [type, entity.status, entity.version])).toEqual([
      ['appointment.changed', 'booked', 1],
      ['appointment.changed', 'arrived', 2],
      ['appointment.changed', 'done', 3],
    ])
    for (const { entity } of events)
      expect(entity).toEqual({
        ...{ id: appointment.id, version: entity.version, status: entity.status },
        ...{ doctorId: api.doctorId, day: api.today },
      })
  })
})

const presentTicket = async (id: string): Promise<Ticket> =>
  (await api.board()).find((each) => each.id === id) as Ticket
