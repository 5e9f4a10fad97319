import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeAudit } from '../../shared/audit/write.ts'
import { type Config, type KeyFile, keyPath } from '../../shared/config/config.ts'
import type { Knex } from '../../shared/db/connect.ts'
import { migrationNames } from '../../shared/db/migrate.ts'
import { inTransaction } from '../../shared/db/transaction.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { KEYS } from './files.ts'
import { databaseOf } from './make.ts'
import { readPart } from './parts.ts'
import type { Opened } from './prove.ts'
import { restoreInto } from './scratch.ts'
import { unpack, untar } from './tar.ts'

const EPOCH_BYTES = 8

/** Refuses a backup of a newer program: its schema has steps this one knows nothing of. */
export async function assertKnownSchema(opened: Opened): Promise<void> {
  const known = new Set(await migrationNames())
  const strange = opened.manifest.migrations.filter((name) => !known.has(name))
  if (strange.length > 0)
    throw new AppError('backup/restore-failed', {
      detail: `It is of a newer version of this program (${strange[0]}); install that one first.`,
    })
}

async function dropTables(db: Knex, schema: string): Promise<void> {
  const tables = (await db('information_schema.tables')
    .where({ table_schema: schema, table_type: 'BASE TABLE' })
    .pluck('table_name')) as string[]
  // one connection: the setting is the session's
  await db.transaction(async (trx) => {
    await trx.raw('set foreign_key_checks = 0')
    for (const table of tables) await trx.raw('drop table ??.??', [schema, table])
    await trx.raw('set foreign_key_checks = 1')
  })
}

/** Replaces everything in the database by what the backup holds. `progress` gets the bytes of SQL carried out. */
export async function restoreDatabase(
  opened: Opened,
  to: { config: Config; url: string; db: Knex; signal: AbortSignal },
  progress: (bytes: number) => void,
): Promise<void> {
  await dropTables(to.db, databaseOf(to.url))
  await readPart(opened, 'database', (sql) => restoreInto(to, sql, progress), to.signal)
}

/** Whose work is carried on after a restore: not that of the backup itself, which was under way in its own snapshot. */
const ENDED_BY_RESTORE = ['backup', 'proof', 'maintenance']

/**
 * Makes a restored database an installation of its own: a new epoch, so that no job, session or answer of before is
 * ever met again; paths of this machine; and an entry in the audit.
 */
export async function settleIn(db: Knex, config: Config, opened: Opened): Promise<void> {
  const { dataDir, name } = opened.manifest
  await inTransaction(db, async (trx) => {
    await trx('installation').update({ epoch: randomBytes(EPOCH_BYTES).toString('hex') })
    await trx('operations')
      .whereIn('type', ENDED_BY_RESTORE)
      .whereIn('status', ['queued', 'active'])
      .update({ status: 'cancelled', finished_at: trx.raw('utc_timestamp(3)'), worker: null })
    if (dataDir !== config.DATA_DIR)
      await trx('operations')
        .whereRaw('left(file_path, ?) = ?', [dataDir.length + 1, `${dataDir}/`])
        .update({
          file_path: trx.raw('concat(?, substr(file_path, ?))', [config.DATA_DIR, dataDir.length + 1]),
        })
    await writeAudit(trx, {
      action: 'backups.restore',
      entity: 'backup',
      entityId: name,
      outcome: 'ok',
      detail: { takenAt: opened.manifest.takenAt },
    })
  })
}

/** Puts the files of the backup into DATA_DIR; what has the same name is replaced. Answers how many. */
export const restoreFiles = (opened: Opened, config: Config, signal: AbortSignal): Promise<number> =>
  readPart(opened, 'files', (plain) => unpack(plain, config.DATA_DIR), signal)

const linesOf = (text: string) => text.trim().split(/\s+/).filter(Boolean)

/**
 * Adds the lines of a key file that are missing: the present key stays first, so that new secrets are under it, and
 * old ones can be read. Answers the path when it must be done by hand, because the file cannot be written.
 */
async function restoreKey(config: Config, name: KeyFile, saved: string): Promise<string | null> {
  const path = keyPath(config, name)
  const present = linesOf(await readFile(path, 'utf8').catch(() => ''))
  const missing = linesOf(saved).filter((line) => !present.includes(line))
  if (missing.length === 0) return null
  const text = `${[...present, ...missing].join('\n')}\n`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(() => undefined)
  const isWritten = await writeFile(path, text, { mode: 0o600 }).then(
    () => true,
    () => false,
  )
  if (isWritten) return null
  const aside = join(config.DATA_DIR, 'restored-keys')
  await mkdir(aside, { recursive: true, mode: 0o700 })
  await writeFile(join(aside, name.toLowerCase()), text, { mode: 0o600 })
  return join(aside, name.toLowerCase())
}

/** Restores the data and signing keys; answers the files that a person must still put in their place, by setting. */
export async function restoreKeys(
  opened: Opened,
  config: Config,
  signal: AbortSignal,
): Promise<Map<KeyFile, string>> {
  const byHand = new Map<KeyFile, string>()
  await readPart(
    opened,
    'keys',
    async (plain) => {
      for await (const { name, content } of untar(plain)) {
        const parts: Buffer[] = []
        for await (const part of content) parts.push(part)
        const setting = KEYS.find((key) => key.toLowerCase() === name)
        if (setting === undefined) continue
        const path = await restoreKey(config, setting, Buffer.concat(parts).toString('utf8'))
        if (path !== null) byHand.set(setting, path)
      }
    },
    signal,
  )
  return byHand
}
