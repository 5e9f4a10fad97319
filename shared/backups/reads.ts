import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { isRowId } from '../units/ids.ts'
import {
  type BackupRow,
  findBackup,
  findBackupById,
  newestBackup,
  pageOfBackups,
  presentBackups,
} from './repository.ts'
import type { BackupListQuery } from './schema.ts'
import { viewBackup } from './view.ts'

type ReadDeps = Pick<Deps, 'db'>
const DEEPEST_ROW = 10_000

/** Backups, newest first, those that retention has removed included. */
export async function listBackups({ db }: ReadDeps, { page, limit }: BackupListQuery) {
  const skip = (page - 1) * limit
  if (skip + limit > DEEPEST_ROW) throw new AppError('request/too-deep-page')
  const { rows, total } = await reading(pageOfBackups(db, skip, limit))
  return {
    data: rows.map(viewBackup),
    meta: { page, limit, total, totalPages: Math.ceil(total / limit), next: null },
  }
}

/** One backup by its id on the wire; throws `not-found`. */
export async function getBackup({ db }: ReadDeps, id: string): Promise<BackupRow> {
  const row = isRowId(id) ? await reading(findBackupById(db, id)) : undefined
  if (row === undefined) throw new AppError('not-found')
  return row
}

/** The backup of that name, or the newest that is still there; throws `not-found`. */
export async function backupToProve({ db }: ReadDeps, name: string | undefined): Promise<BackupRow> {
  const row = await reading(name === undefined ? newestBackup(db) : findBackup(db, name))
  if (row === undefined || row.removed_at !== null)
    throw new AppError('not-found', { detail: 'There is no such backup.' })
  return row
}

/** All backups that are still there, newest first. */
export const getPresentBackups = ({ db }: ReadDeps): Promise<BackupRow[]> => reading(presentBackups(db))
