import { fromSqlUtc } from '../units/clock.ts'
import type { BackupRow } from './repository.ts'
import type { Backup } from './schema.ts'

/** A backup as people and programs see it. */
export const viewBackup = (row: BackupRow): Backup => ({
  id: String(row.id),
  name: row.name,
  operationId: row.operation_id,
  takenAt: fromSqlUtc(row.taken_at) as string,
  bytes: Number(row.bytes),
  tables: row.table_count,
  rows: Number(row.row_total),
  keyId: row.key_id,
  provenAt: fromSqlUtc(row.proven_at),
  checkedAt: fromSqlUtc(row.checked_at),
  proofFault: row.proof_fault,
  offsiteAt: fromSqlUtc(row.offsite_at),
  offsiteFault: row.offsite_fault,
  removedAt: fromSqlUtc(row.removed_at),
})
