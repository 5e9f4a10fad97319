import { z } from 'zod'
import { patientInput } from '../patients/schema.ts'
import { STATUSES } from './rules.ts'

/** Kinds of patients in the line, in the usual order of their turn. */
export const PRIORITIES = ['emergency', 'pregnant', 'elderly', 'child', 'normal'] as const
/** One of {@link PRIORITIES}. */
export type Priority = (typeof PRIORITIES)[number]

const MAX_REASON = 200
const MAX_ROOM = 20
const MAX_LIMIT = 100
const MAX_MEMBERS = 12
const MAX_CURSOR = 20

const id = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')
const room = text(MAX_ROOM)
const reason = text(MAX_REASON)
const day = z.iso.date()
const instant = z.string().describe('ISO 8601, UTC')

const person = z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() })
/** A patient as the board shows one. */
export type Person = z.infer<typeof person>

/** A place in the queue as staff see it. */
export const ticket = z
  .object({
    id: z.string(),
    day,
    number: z.string(),
    status: z.enum(STATUSES),
    patient: person,
    members: z
      .array(person)
      .describe('Who came together on this ticket, the patient first; empty for one alone'),
    visitId: z.string(),
    appointmentId: z.string().nullable().describe('The appointment that it is the arrival of'),
    doctorId: z.string().nullable().describe('null: whoever is free'),
    room: z.string().nullable(),
    priority: z.enum(PRIORITIES),
    reason: z.string().nullable(),
    order: z.tuple([z.number(), z.number()]).describe('Who waits is called in this order'),
    callId: z.string().nullable().describe('The last call, which screens acknowledge'),
    times: z.object({
      createdAt: instant,
      statusAt: instant.describe('Since when the present state'),
      calledAt: instant.nullable(),
      consultationAt: instant.nullable(),
      dispensingAt: instant.nullable(),
      paymentAt: instant.nullable(),
      endedAt: instant.nullable(),
    }),
    version: z.number().int(),
  })
  .meta({ id: 'Ticket' })
export type Ticket = z.infer<typeof ticket>

/** A new ticket, with the token that stands on its slip; the token is never shown again. */
export const newTicket = ticket.extend({ slipToken: z.string() })
export type NewTicket = z.infer<typeof newTicket>

const ticketFields = {
  doctorId: id.nullable().optional(),
  priority: z.enum(PRIORITIES).optional(),
  reason: reason.nullable().optional(),
}

/** What a new ticket says beside whom it is for. */
export const ticketInput = z.strictObject(ticketFields)
export type TicketInput = z.infer<typeof ticketInput>

export const queueInput = z.strictObject({ patientId: id, ...ticketFields })
export type QueueInput = z.infer<typeof queueInput>

/** Exactly one of a new patient and one who is in the file. */
const oneOf = (value: { patient?: unknown; patientId?: unknown }) =>
  (value.patient === undefined) !== (value.patientId === undefined)
const ONE_OF = 'Needs either patient or patientId'

export const registrationInput = z
  .strictObject({
    patient: patientInput.optional(),
    patientId: id.optional(),
    ticket: ticketInput.default({}),
  })
  .refine(oneOf, ONE_OF)
export type RegistrationInput = z.infer<typeof registrationInput>

export const registration = z.object({ ticket: newTicket, patient: person })
export type Registration = z.infer<typeof registration>

const member = z
  .strictObject({ patient: patientInput.optional(), patientId: id.optional() })
  .refine(oneOf, ONE_OF)
/** Those who come together; the first one's name stands on the board. */
export const groupInput = z.strictObject({
  members: z.array(member).min(2).max(MAX_MEMBERS),
  ticket: ticketInput.default({}),
})
export type GroupInput = z.infer<typeof groupInput>
/** One of a group: a new patient or one in the file. */
export type MemberInput = z.infer<typeof member>

/** Where a ticket goes; the version seen says that nobody was quicker. */
export const moveInput = z.strictObject({
  to: z.enum(STATUSES),
  version: z.number().int().min(1),
  doctorId: id.nullable().optional(),
  room: room.nullable().optional(),
  reason: reason.optional(),
})
export type MoveInput = z.infer<typeof moveInput>

export const undoInput = z.strictObject({ version: z.number().int().min(1).optional() })

export const callNextInput = z.strictObject({ doctorId: id.optional(), room })
export type CallNextInput = z.infer<typeof callNextInput>

const statusList = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(z.enum(STATUSES)).min(1).max(STATUSES.length))

/** Which tickets a board wants: by default all of today. */
export const boardQuery = z.strictObject({
  day: day.optional(),
  status: statusList.optional().describe('One or several, with commas'),
  doctor: z
    .union([id, z.literal('none')])
    .optional()
    .describe('An id, or `none` for the shared line'),
  page: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).optional(),
  cursor: z.string().max(MAX_CURSOR).optional(),
})
export type BoardQuery = z.output<typeof boardQuery>

export const board = z.object({
  data: z.array(ticket),
  meta: z.object({
    day,
    page: z.number().int().nullable(),
    limit: z.number().int(),
    total: z.number().int(),
    totalPages: z.number().int(),
    next: z.string().nullable(),
  }),
})
export type Board = z.infer<typeof board>

export const dayQuery = z.strictObject({ day: day.optional() })

const minutes = z
  .object({ count: z.number().int(), medianMin: z.number().nullable(), p90Min: z.number().nullable() })
  .describe('Over those who are through; minutes with one decimal')
export const queueStats = z.object({
  day,
  total: z.number().int(),
  byStatus: z.record(z.enum(STATUSES), z.number().int()),
  waiting: minutes,
  consultation: minutes,
})
export type QueueStats = z.infer<typeof queueStats>

export const PENDING = ['waiting-long', 'called-not-come', 'on-hold', 'dispensing', 'payment'] as const
export const pendingActions = z.object({
  data: z.array(
    z.object({
      action: z.enum(PENDING),
      ticketId: z.string(),
      number: z.string(),
      room: z.string().nullable(),
      doctorId: z.string().nullable(),
      sinceAt: instant,
    }),
  ),
  meta: z.object({ day, total: z.number().int() }),
})
export type PendingActions = z.infer<typeof pendingActions>

/** What a screen of the waiting room shows. */
export const screen = z.object({
  day,
  clinicName: z.string(),
  languages: z.array(z.string()),
  calls: z.array(
    z.object({
      number: z.string(),
      state: z.enum(['waiting', 'called', 'inside', 'gone']),
      room: z.string().nullable(),
      name: z.string().nullable().describe('Masked, or null'),
      callId: z.string().nullable(),
      calledAt: instant,
      version: z.number().int(),
    }),
  ),
  waiting: z.array(z.string()).describe('The next numbers'),
})
export type Screen = z.infer<typeof screen>

/** Where the holder of a slip stands. */
export const place = z.object({
  day,
  number: z.string(),
  status: z.enum(STATUSES),
  room: z.string().nullable().describe('Where to go, once called'),
  ahead: z.number().int().nullable().describe('How many may be called before; null when not waiting'),
  wait: z
    .object({ fromMin: z.number().int(), toMin: z.number().int() })
    .nullable()
    .describe('Null while there are too few calls to say'),
})
export type Place = z.infer<typeof place>
