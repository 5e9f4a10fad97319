import type { Knex } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { JobQueues } from '../jobs/queues.ts'
import { type Asker, requestOperation } from '../operations/commands.ts'
import type { OperationRow } from '../operations/repository.ts'
import { toSqlUtc } from '../units/clock.ts'
import { type BackupRow, insertBackups, updateBackup } from './repository.ts'
import type { Manifest } from './schema.ts'

/** Writes a backup down as an operation. The same under one `idempotencyKey` is one. */
export async function requestBackup(
  deps: Deps,
  queues: JobQueues,
  params: { prove: boolean },
  asker: Asker,
  idempotencyKey?: string,
): Promise<OperationRow> {
  const request = { type: 'backup' as const, kind: 'full', params, idempotencyKey }
  return (await requestOperation(deps, queues, request, asker)).row
}

/** Writes the proof of one backup down as an operation. Throws `state/conflict` when it is gone. */
export async function requestProof(
  deps: Deps,
  queues: JobQueues,
  backup: Pick<BackupRow, 'name' | 'removed_at'>,
  asker: Asker,
  idempotencyKey?: string,
): Promise<OperationRow> {
  if (backup.removed_at !== null)
    throw new AppError('state/conflict', { detail: 'This backup has been removed.' })
  const request = { type: 'proof' as const, kind: 'restore', params: { backup: backup.name }, idempotencyKey }
  return (await requestOperation(deps, queues, request, asker)).row
}

const bytesOf = ({ parts }: Manifest) => parts.reduce((sum, { bytes }) => sum + bytes, 0)
const rowsOf = ({ tables }: Manifest) => tables.reduce((sum, { rows }) => sum + rows, 0)

/** Notes backups whose folders are there; one that is known stays as it is. */
export function noteBackups(
  db: Knex,
  manifests: readonly Manifest[],
  operationId: string | null,
): Promise<void> {
  return insertBackups(
    db,
    manifests.map((manifest) => ({
      name: manifest.name,
      operation_id: operationId,
      taken_at: toSqlUtc(new Date(manifest.takenAt)),
      bytes: bytesOf(manifest),
      table_count: manifest.tables.length,
      row_total: rowsOf(manifest),
      key_id: manifest.keyId,
    })),
  )
}

/** Notes that a backup was restored and found equal. */
export const noteProven = (db: Knex, name: string, at: Date): Promise<void> =>
  updateBackup(db, name, { proven_at: toSqlUtc(at), checked_at: toSqlUtc(at), proof_fault: null })

/** Notes that a backup could not be proven: whatever was known of it before no longer counts. */
export const noteNotProven = (db: Knex, name: string, fault: string, at: Date): Promise<void> =>
  updateBackup(db, name, { proven_at: null, checked_at: toSqlUtc(at), proof_fault: fault })

/** Notes where the copy away from here stands; `fault` is null when it was made. */
export const noteOffsite = (db: Knex, name: string, fault: string | null, at: Date): Promise<void> =>
  updateBackup(
    db,
    name,
    fault === null ? { offsite_at: toSqlUtc(at), offsite_fault: null } : { offsite_fault: fault },
  )

/** Notes that the folder of a backup is no longer there. */
export const noteRemoved = (db: Knex, name: string, at: Date): Promise<void> =>
  updateBackup(db, name, { removed_at: toSqlUtc(at) })
