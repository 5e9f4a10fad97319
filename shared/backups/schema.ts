import { z } from 'zod'

const count = z.number().int().min(0)
const instant = z.string().describe('ISO 8601, UTC')
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Name of a backup, which is its folder's: the moment it was begun, then a part of the operation's id. */
export const backupName = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z-[0-9a-z-]{1,30}$/)

export const PART_NAMES = ['database', 'files', 'keys'] as const
export type PartName = (typeof PART_NAMES)[number]

/** One encrypted file of a backup. */
export const part = z.strictObject({ name: z.enum(PART_NAMES), file: z.string(), bytes: count, sha256 })
export type Part = z.infer<typeof part>

/** What is in a backup: written last, so a folder with one is whole. `mac` is over all the rest, under the backup key. */
export const manifest = z.strictObject({
  format: z.literal(1),
  name: backupName,
  takenAt: instant,
  keyId: z.string().describe('names the backup key, which is not in the backup'),
  server: z.string().describe('version of the database server'),
  database: z.string(),
  dataDir: z.string(),
  migrations: z.array(z.string()).describe('steps of the schema it was taken from'),
  tables: z.array(z.strictObject({ name: z.string(), rows: count, sha256 })),
  parts: z.array(part),
  mac: sha256,
})
export type Manifest = z.infer<typeof manifest>

/** A backup as people see it. */
export const backup = z.object({
  id: z.string(),
  name: z.string(),
  operationId: z.string().nullable(),
  takenAt: instant,
  bytes: count,
  tables: count,
  rows: count,
  keyId: z.string(),
  provenAt: instant.nullable().describe('when it was last restored into a scratch database and found equal'),
  checkedAt: instant.nullable(),
  proofFault: z.string().nullable().describe('error code of the last attempt to prove it'),
  offsiteAt: instant.nullable(),
  offsiteFault: z.string().nullable(),
  removedAt: instant.nullable(),
})
export type Backup = z.infer<typeof backup>

const MAX_LIMIT = 100
export const backupListQuery = z.strictObject({
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
})
export type BackupListQuery = z.output<typeof backupListQuery>

export const backupList = z.object({
  data: z.array(backup),
  meta: z.object({
    page: z.number(),
    limit: z.number(),
    total: z.number(),
    totalPages: z.number(),
    next: z.string().nullable(),
  }),
})

/** The body of `POST /api/backups`. */
export const backupRequest = z.strictObject({
  prove: z.boolean().default(true).describe('restore it into a scratch database afterwards and compare'),
})
