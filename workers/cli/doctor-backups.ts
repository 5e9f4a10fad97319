import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Config, readKey } from '../../shared/config/config.ts'
import { connectDatabase, type Knex } from '../../shared/db/connect.ts'
import { bad, type Finding, ok, warn } from './doctor-finding.ts'

const KEY_BYTES = 32
const LIMIT_MS = 5000
const HOUR_MS = 3_600_000
const PROVEN_WITHIN_HOURS = 26
const run = promisify(execFile)

function key(config: Config): Finding {
  if (config.NODE_ENV === 'production' && config.BACKUP_KEY_FILE === undefined)
    return warn('BACKUP_KEY_FILE', 'not set here; the worker needs it')
  try {
    const bytes = readKey(config, 'BACKUP_KEY_FILE').length
    if (bytes !== KEY_BYTES)
      return bad('BACKUP_KEY_FILE', `holds ${bytes} bytes, needs ${KEY_BYTES} in base64`)
    return config.BACKUP_KEY_FILE === undefined
      ? ok(
          'BACKUP_KEY_FILE',
          'a random one kept in DATA_DIR; keep a copy elsewhere, a backup is worth nothing without',
        )
      : ok('BACKUP_KEY_FILE', 'readable')
  } catch {
    return bad('BACKUP_KEY_FILE', 'cannot be read; secrets:generate makes one')
  }
}

async function program(config: Config, name: string): Promise<Finding> {
  const path = config.BACKUP_TOOLS_DIR === undefined ? name : join(config.BACKUP_TOOLS_DIR, name)
  try {
    const { stdout } = await run(path, ['--version'], { timeout: LIMIT_MS })
    return ok(name, stdout.trim())
  } catch {
    return warn(
      name,
      'not found here, and the worker needs it; install the MariaDB client, or name its folder with BACKUP_TOOLS_DIR',
    )
  }
}

async function lastProven(db: Knex): Promise<Finding> {
  const row = await db('backups')
    .whereNull('removed_at')
    .max({ proven: 'proven_at', taken: 'taken_at' })
    .first()
  if (row?.taken == null) return warn('backups', 'none yet; npm run cli -- backup makes one')
  if (row.proven == null) return bad('backups', 'none was ever proven by a restore')
  const hours = Math.floor((Date.now() - Date.parse(`${String(row.proven).replace(' ', 'T')}Z`)) / HOUR_MS)
  const text = `last proven by a restore ${hours} hours ago`
  return hours > PROVEN_WITHIN_HOURS ? bad('backups', text) : ok('backups', text)
}

const secondPlace = ({ BACKUP_OFFSITE_DIR: dir, BACKUP_OFFSITE_COMMAND: command }: Config): Finding =>
  dir === undefined && command === undefined
    ? warn(
        'second place',
        'backups lie on this machine alone; set BACKUP_OFFSITE_DIR or BACKUP_OFFSITE_COMMAND',
      )
    : ok('second place', 'set')

/** Looks at what backups stand on, and at when the last one was proven. */
export async function backupFindings(config: Config): Promise<Finding[]> {
  const db = connectDatabase({
    url: config.DATABASE_URL,
    poolMax: 1,
    connectTimeoutMs: Math.min(LIMIT_MS, config.DB_CONNECT_TIMEOUT_MS),
    idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
    statementTimeoutMs: LIMIT_MS,
  })
  try {
    return [
      key(config),
      ...(await Promise.all(['mariadb-dump', 'mariadb'].map((name) => program(config, name)))),
      await lastProven(db).catch(() => warn('backups', 'the database does not say')),
      secondPlace(config),
    ]
  } finally {
    await db.destroy()
  }
}
