import { z } from 'zod'
import { PRIORITIES, ticket } from '../queue/schema.ts'
import { APPOINTMENT_STATUSES, SLOT_MIN } from './rules.ts'

const MAX_REASON = 200
const MAX_MINUTES = 240
const DEFAULT_MINUTES = 15
const MAX_ID = 19

const id = z
  .string()
  .regex(/^[1-9][0-9]*$/, 'Must be an id')
  .max(MAX_ID)
const day = z.iso.date()
const version = z.number().int().min(1)
const reason = z
  .string()
  .trim()
  .min(1)
  .max(MAX_REASON)
  .refine((text) => text.isWellFormed(), 'Has characters that cannot be stored')
const start = z.iso.datetime({ offset: true }).describe('ISO 8601, on a multiple of five minutes')
const minutes = z.number().int().min(SLOT_MIN).max(MAX_MINUTES).multipleOf(SLOT_MIN)
const minutesInQuery = z.coerce.number().pipe(minutes)

/** A time agreed upon with a patient. */
export const appointment = z
  .object({
    id: z.string(),
    doctorId: z.string(),
    patient: z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() }),
    start: z.string().describe('ISO 8601, UTC'),
    minutes: z.number().int(),
    reason: z.string().nullable(),
    status: z.enum(APPOINTMENT_STATUSES),
    statusReason: z.string().nullable(),
    statusAt: z.string().describe('Since when the present state'),
    ticketId: z.string().nullable().describe('The ticket of the arrival, which the appointment follows'),
    version: z.number().int(),
  })
  .meta({ id: 'Appointment' })
export type Appointment = z.infer<typeof appointment>

export const appointmentInput = z.strictObject({
  patientId: id,
  doctorId: id,
  start,
  minutes: minutes.default(DEFAULT_MINUTES),
  reason: reason.nullable().optional(),
})
export type AppointmentInput = z.output<typeof appointmentInput>

/** Another time, doctor or reason; the version seen stands here or in `If-Match`. */
export const appointmentChanges = z.strictObject({
  doctorId: id.optional(),
  start: start.optional(),
  minutes: minutes.optional(),
  reason: reason.nullable().optional(),
  version: version.optional(),
})
export type AppointmentChanges = z.output<typeof appointmentChanges>

/** Where an appointment goes without a ticket; arriving is a call of its own. */
export const appointmentMove = z.strictObject({
  to: z.enum(['done', 'no_show', 'cancelled']),
  version,
  reason: reason.optional(),
})
export type AppointmentMove = z.infer<typeof appointmentMove>

export const arrivalInput = z.strictObject({ version, priority: z.enum(PRIORITIES).optional() })
export type ArrivalInput = z.infer<typeof arrivalInput>

export const arrival = z.object({ appointment, ticket: ticket.extend({ slipToken: z.string() }) })
export type Arrival = z.infer<typeof arrival>

const statusList = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(z.enum(APPOINTMENT_STATUSES)).min(1).max(APPOINTMENT_STATUSES.length))

/** Which appointments: of a day (today by default), of some days, or of one patient. */
export const appointmentQuery = z
  .strictObject({
    day: day.optional(),
    from: day.optional(),
    to: day.optional().describe('Included'),
    doctor: id.optional(),
    patient: id.optional().describe('Without days: a year back and a year ahead'),
    status: statusList.optional().describe('One or several, with commas'),
  })
  .refine(({ day, from, to }) => day === undefined || (from === undefined && to === undefined), {
    message: 'Either day, or from and to',
    path: ['day'],
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), {
    message: 'from and to go together',
    path: ['from'],
  })
export type AppointmentQuery = z.output<typeof appointmentQuery>

export const appointmentList = z.object({
  data: z.array(appointment),
  meta: z.object({
    from: day,
    to: day,
    total: z.number().int(),
    more: z.boolean().describe('Whether there are more than are shown; ask for fewer days'),
  }),
})
export type AppointmentList = z.infer<typeof appointmentList>

export const freeQuery = z.strictObject({
  doctor: id,
  day,
  minutes: minutesInQuery.default(DEFAULT_MINUTES),
  step: minutesInQuery
    .optional()
    .describe('Minutes from one offer to the next; by default as long as it takes'),
})
export type FreeQuery = z.output<typeof freeQuery>

export const freeTimes = z.object({ data: z.array(z.string().describe('ISO 8601, UTC')) })
export type FreeTimes = z.infer<typeof freeTimes>
