import { z } from 'zod'

export const OPERATION_STATUSES = [
  'queued',
  'active',
  'needs_review',
  'completed',
  'failed',
  'cancelled',
  'undoing',
  'undone',
] as const
/** States in which a worker holds the operation or is to take it up again. */
export const HELD_STATUSES = [
  'active',
  'undoing',
] as const satisfies readonly (typeof OPERATION_STATUSES)[number][]

export type OperationStatus = (typeof OPERATION_STATUSES)[number]

/** Kinds of heavy work that a person can ask for; each has one job type in the jobs registry. */
export const OPERATION_TYPES = ['import', 'export', 'report', 'backup', 'proof', 'maintenance'] as const
export type OperationType = (typeof OPERATION_TYPES)[number]

const count = z.number().int().min(0)

/** Where every row of an import ended; `read` is always the sum of the others. */
export const importCounts = z.object({
  read: count,
  inserted: count,
  updated: count,
  unchanged: count,
  skipped: count,
  rejected: count,
})
/** The same of a file with many kinds, for all of it and for each kind. */
const countsByKind = importCounts.extend({ byKind: z.record(z.string(), importCounts).optional() })
export type ImportCounts = z.infer<typeof countsByKind>

const instant = z.string().describe('ISO 8601, UTC')

/** The record of an operation as every call and event shows it. */
export const operation = z.object({
  id: z.string(),
  type: z.enum(OPERATION_TYPES),
  kind: z.string().nullable(),
  status: z.enum(OPERATION_STATUSES),
  phase: z.string().nullable(),
  progress: z.object({
    processed: count,
    total: count.nullable(),
    unit: z.string(),
    percent: z.number().min(0).max(100),
    ratePerSecond: z.number().nullable(),
    etaSeconds: z.number().nullable(),
    placeInLine: z.number().int().nullable().describe('1 = next; only while queued'),
  }),
  counts: countsByKind.nullable(),
  params: z.record(z.string(), z.unknown()),
  file: z.object({ name: z.string(), bytes: count, sha256: z.string() }).nullable(),
  result: z
    .object({
      name: z.string(),
      bytes: count,
      contentType: z.string(),
      sha256: z.string(),
      expiresAt: instant,
    })
    .nullable(),
  error: z.record(z.string(), z.unknown()).nullable(),
  note: z.string().nullable(),
  attempts: count,
  cancelRequested: z.boolean(),
  createdBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  version: count,
})
export type Operation = z.infer<typeof operation>

export const operationEnvelope = z.object({ operation })

const MAX_LIMIT = 100
/** Kinds and reason codes are plain words of ours; their columns are ASCII, which other text cannot be compared with. */
const word = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)

export const operationListQuery = z
  .strictObject({
    page: z.coerce.number().int().min(1).default(1),
    limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
    cursor: z.string().max(40).optional(),
    type: z.enum(OPERATION_TYPES).optional(),
    kind: word.optional(),
    status: z.enum(OPERATION_STATUSES).optional(),
    user: z
      .string()
      .regex(/^[1-9]\d{0,18}$/)
      .optional(),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['to'],
    message: 'Must not be before from',
  })
export type OperationListQuery = z.output<typeof operationListQuery>

export const listMeta = z.object({
  page: z.number(),
  limit: z.number(),
  total: z.number(),
  totalPages: z.number(),
  totalIsAtLeast: z.boolean().optional(),
  next: z.string().nullable(),
})

export const operationList = z.object({ data: z.array(operation), meta: listMeta })

export const refusedRow = z.object({
  row: count.describe('1 = first row after the header'),
  line: count.describe('line of the file on which the row starts'),
  problems: z.array(z.object({ column: z.string().nullable(), code: z.string(), message: z.string() })),
  values: z.record(z.string(), z.string()),
})
export type RefusedRow = z.infer<typeof refusedRow>

export const refusedQuery = z.strictObject({
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  code: word.optional(),
})
export type RefusedQuery = z.output<typeof refusedQuery>

export const refusedList = z.object({
  data: z.array(refusedRow),
  meta: listMeta,
  byCode: z.record(z.string(), count).describe('refused rows by the first reason of each'),
})
