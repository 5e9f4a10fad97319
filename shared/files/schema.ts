import { z } from 'zod'
import { OPERATION_TYPES } from '../operations/schema.ts'

const rowId = z.string().regex(/^[1-9]\d{0,18}$/)
const instant = z.string().describe('ISO 8601, UTC')
const MAX_LIMIT = 100

/** A file of the shelf. */
export const resultFile = z.object({
  id: z.string(),
  operationId: z.string(),
  type: z.enum(OPERATION_TYPES),
  kind: z.string().nullable(),
  name: z.string(),
  contentType: z.string(),
  bytes: z.number().int(),
  rows: z.number().int(),
  sha256: z.string(),
  createdBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  createdAt: instant,
  expiresAt: instant,
})
export type ResultFile = z.infer<typeof resultFile>

export const fileListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
  cursor: rowId.optional(),
  type: z.enum(OPERATION_TYPES).optional(),
})
export type FileListQuery = z.output<typeof fileListQuery>

export const fileList = z.object({
  data: z.array(resultFile),
  meta: z.object({ limit: z.number(), next: z.string().nullable() }),
})

export const fileParams = z.strictObject({ id: z.string().max(64) })
