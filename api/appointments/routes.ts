import { z } from 'zod'
import {
  arriveAppointment,
  bookAppointment,
  changeAppointment,
  moveAppointment,
  type Writer,
} from '../../shared/appointments/commands.ts'
import { getAppointment, getAppointments, getFreeTimes } from '../../shared/appointments/reads.ts'
import {
  appointment,
  appointmentChanges,
  appointmentInput,
  appointmentList,
  appointmentMove,
  appointmentQuery,
  arrival,
  arrivalInput,
  freeQuery,
  freeTimes,
} from '../../shared/appointments/schema.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { seenState } from '../http/seen.ts'
import { entryOf, principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { READERS, seesOnly, WRITERS, writesOnly } from './policy.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

const rowIdOf = ({ id }: { id: string }): string => {
  if (!isRowId(id)) throw new AppError('not-found')
  return id
}

/** Appointments: booked without clashes, changed, arrived with a ticket in one step. */
export function appointmentsRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const writerOf = async (call: Call): Promise<Writer> => ({
    who: whoIs(call),
    own: await writesOnly(deps, call),
  })
  const common = { tag: 'appointments', limit: 'general' } as const
  const reads = { ...common, method: 'GET', access: READERS } as const
  const writes = { ...common, method: 'POST', access: WRITERS } as const
  return [
    route({
      ...reads,
      path: '/api/appointments',
      summary: 'Appointments of a day, of some days or of a patient, by their times',
      query: appointmentQuery,
      response: appointmentList,
      handle: async (call) => {
        const own = await seesOnly(deps, call)
        const { query } = call
        if (own !== null && query.doctor !== undefined && query.doctor !== own)
          throw new AppError('auth/forbidden')
        const answer = await getAppointments(deps, own === null ? query : { ...query, doctor: own })
        // the days and the answer's hash say who was seen
        const { day, from, to, doctor, status } = query
        const detail = { day, from, to, doctor: own ?? doctor, status, etag: answer.etag }
        const about = { entity: 'appointment', patientId: query.patient ?? null, outcome: 'ok' } as const
        await spool.write(entryOf(call, { action: 'appointments.list', ...about, detail }))
        return answer
      },
    }),
    route({
      ...reads,
      path: '/api/appointments/free',
      summary: 'When a doctor has time on a day',
      query: freeQuery,
      response: freeTimes,
      handle: async (call) => ({ body: await getFreeTimes(deps, call.query) }),
    }),
    route({
      ...reads,
      path: '/api/appointments/:id',
      summary: 'One appointment',
      params: byId,
      response: appointment,
      handle: async (call) => {
        const own = await seesOnly(deps, call)
        const body = await getAppointment(deps, call.params.id)
        if (own !== null && own !== body.doctorId) throw new AppError('auth/forbidden')
        const about = { entity: 'appointment', entityId: body.id, patientId: body.patient.id } as const
        await spool.write(entryOf(call, { action: 'appointments.read', ...about, outcome: 'ok' }))
        return { body }
      },
    }),
    route({
      ...writes,
      path: '/api/appointments',
      summary: "Book a doctor's time; a time that is taken is refused with 409",
      body: appointmentInput,
      response: appointment,
      handle: async (call) => {
        const made = await bookAppointment(deps, call.body, await writerOf(call), idempotencyKeyOf(call))
        return { status: 201, body: made, headers: { Location: `/api/appointments/${made.id}` } }
      },
    }),
    route({
      ...writes,
      method: 'PATCH',
      path: '/api/appointments/:id',
      summary: 'Another time, doctor or reason',
      params: byId,
      body: appointmentChanges,
      response: appointment,
      handle: async (call) => {
        const { version, ...changes } = call.body
        const seen = seenState(version, call.header('if-match'))
        const id = rowIdOf(call.params)
        return { body: await changeAppointment(deps, id, seen, changes, await writerOf(call)) }
      },
    }),
    route({
      ...writes,
      path: '/api/appointments/:id/moves',
      summary: 'Done, not come, or cancelled',
      params: byId,
      body: appointmentMove,
      response: appointment,
      handle: async (call) => ({
        status: 200,
        body: await moveAppointment(deps, rowIdOf(call.params), call.body, await writerOf(call)),
      }),
    }),
    route({
      ...writes,
      path: '/api/appointments/:id/arrive',
      summary: 'The patient is here: a ticket for the doctor, in one step',
      params: byId,
      body: arrivalInput,
      response: arrival,
      handle: async (call) => {
        if (!principalOf(call).permissions.has('queue.write')) throw new AppError('auth/forbidden')
        const id = rowIdOf(call.params)
        const writer = await writerOf(call)
        return { body: await arriveAppointment(deps, id, call.body, writer, idempotencyKeyOf(call)) }
      },
    }),
  ]
}
