import { z } from 'zod'
import { isRowId } from '../units/ids.ts'

const MAX_LIMIT = 100
const DEFAULT_LIMIT = 20
const MAX_CURSOR_CHARS = 60
const ACTION = /^[a-z0-9-]{1,30}(\.[a-z0-9-]{1,30})?$/

const id = z.string().refine(isRowId, 'Must be an id')
/** A clinic day, which counts whole, or an instant. */
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })])
const limit = z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT)
const cursor = z.string().max(MAX_CURSOR_CHARS).optional()
const span = { from: moment.optional(), to: moment.optional() }

/** Which entries of the audit; `patient` finds looks at that patient in lists and searches too. */
export const auditQuery = z.strictObject({
  patient: id.optional(),
  user: id.optional(),
  action: z.string().regex(ACTION, 'Must be an action such as patients.read').optional(),
  ...span,
  page: z.coerce.number().int().min(1).optional(),
  limit,
  cursor,
})
export type AuditQuery = z.output<typeof auditQuery>

/** Whose records one member of staff has touched. */
export const touchedQuery = z.strictObject({ user: id, ...span, limit, cursor })
export type TouchedQuery = z.output<typeof touchedQuery>

export const auditEntry = z.object({
  id: z.string(),
  at: z.string(),
  user: z.object({ id: z.string().nullable(), username: z.string().nullable(), role: z.string().nullable() }),
  action: z.string(),
  entity: z.string().nullable(),
  entityId: z.string().nullable(),
  patientId: z.string().nullable(),
  outcome: z.string(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  /** References only, never what was read or written. */
  detail: z.record(z.string(), z.unknown()).nullable(),
})
export type AuditView = z.output<typeof auditEntry>

export const auditList = z.object({
  data: z.array(auditEntry),
  meta: z.object({
    page: z.number().nullable(),
    limit: z.number(),
    total: z.number(),
    totalPages: z.number(),
    totalIsAtLeast: z.boolean().optional(),
    next: z.string().nullable(),
  }),
})
export type AuditList = z.output<typeof auditList>

export const touchedList = z.object({
  data: z.array(
    z.object({ patientId: z.string(), times: z.number(), firstAt: z.string(), lastAt: z.string() }),
  ),
  meta: z.object({ limit: z.number(), next: z.string().nullable() }),
})
export type TouchedList = z.output<typeof touchedList>

/** A clinic day to look back on. */
export const reviewQuery = z.strictObject({ day: z.iso.date() })

const times = { times: z.number(), patients: z.number(), firstAt: z.string(), lastAt: z.string() }
const byPerson = z.array(
  z.object({ user: z.object({ id: z.string().nullable(), username: z.string().nullable() }), ...times }),
)
const byAddress = z.array(z.object({ address: z.string().nullable(), ...times }))

export const auditReview = z.object({
  day: z.string(),
  massReads: byPerson,
  afterHours: byPerson,
  watched: byPerson.describe('Looks at records that are watched'),
  denied: byPerson,
  failedSignIns: byAddress,
  blocked: byAddress,
  rightsChanged: byPerson,
})
export type AuditReview = z.output<typeof auditReview>
