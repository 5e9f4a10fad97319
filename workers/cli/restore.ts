import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { type Config, loadConfig, readKeys } from '../../shared/config/config.ts'
import type { Knex } from '../../shared/db/connect.ts'
import { accountOf, applyRights } from '../../shared/db/grants.ts'
import { migrate } from '../../shared/db/migrate.ts'
import { makeBackup } from '../backups/make.ts'
import { trustedManifest } from '../backups/manifest.ts'
import { checkAll, type Opened } from '../backups/prove.ts'
import {
  assertKnownSchema,
  restoreDatabase,
  restoreFiles,
  restoreKeys,
  settleIn,
} from '../backups/restore.ts'
import { openPool } from '../backups/scratch.ts'
import { type Command, CommandFailed, EXIT, readArgs } from './command.ts'
import { progressBar } from './progress-bar.ts'

const OPTIONS = {
  force: { type: 'boolean', default: false },
  'no-snapshot': { type: 'boolean', default: false },
} as const

/** The folder of a backup, by itself or by its manifest. */
async function folderOf(file: string): Promise<string> {
  const path = resolve(file)
  const found = await stat(path).catch(() => null)
  if (found === null) throw new CommandFailed(`There is no backup ${file}`)
  if (found.isDirectory()) return path
  if (basename(path) === 'manifest.json') return dirname(path)
  throw new CommandFailed('Name the folder of a backup, or its manifest.json')
}

/** Others who are signed in to this database: the system runs. */
async function othersAtWork(db: Knex): Promise<number> {
  const [rows] = (await db.raw(
    'select count(*) as n from information_schema.processlist where db = database() and id <> connection_id()',
  )) as [{ n: number | string }[]]
  return Number(rows[0]?.n ?? 0)
}

async function assertStandsStill(config: Config, db: Knex, force: boolean): Promise<void> {
  if (force) return
  // each account sees its own connections: those of the application are asked for under its own name
  const application = openPool(config, config.DATABASE_URL)
  try {
    if ((await othersAtWork(db)) + (await othersAtWork(application)) === 0) return
  } finally {
    await application.destroy()
  }
  throw new CommandFailed(
    'The system is running: somebody is signed in to the database. Stop API and worker first, or say --force.',
  )
}

const isEmpty = async (db: Knex): Promise<boolean> => !(await db.schema.hasTable('installation'))

/** What is there now, kept so that a restore can be taken back; it is a backup like any other. */
async function keepWhatIsThere(config: Config, db: Knex, url: string, signal: AbortSignal): Promise<void> {
  console.error('keeping what is there now')
  const made = await makeBackup({ config, db, url, suffix: 'before-restore', signal, now: () => new Date() })
  console.log(`before the restore: ${made.name}`)
}

interface Target {
  config: Config
  db: Knex
  url: string
  signal: AbortSignal
}

async function replaceAll(opened: Opened, { config, db, url, signal }: Target, sqlBytes: number) {
  const bar = progressBar('bytes')
  await restoreDatabase(opened, { config, url, db, signal }, (bytes) => bar.to(bytes, sqlBytes))
  bar.end()
  for (const step of await migrate(db)) console.log(`migrated: ${step}`)
  const isOneAccount = new URL(url).username === new URL(config.DATABASE_URL).username
  await applyRights(db, async () => {
    if (isOneAccount) return null
    const application = openPool(config, config.DATABASE_URL)
    return accountOf(application).finally(() => application.destroy())
  })
  await settleIn(db, config, opened)
  console.log(`files: ${await restoreFiles(opened, config, signal)}`)
  const byHand = await restoreKeys(opened, config, signal)
  for (const [setting, path] of byHand)
    console.log(`put ${path} in the place that ${setting} names, then delete it`)
}

/** Puts a backup in the place of everything that is there now. */
export const command: Command = {
  summary:
    'put a backup in the place of everything that is there now; keeps that as a backup first. --force: although the ' +
    'system runs',
  usage: '<folder or manifest> [--force] [--no-snapshot]',
  async run(args) {
    const { values, positionals } = readArgs(args, OPTIONS, 1)
    const dir = await folderOf(positionals[0] as string)
    const config = loadConfig()
    const ending = new AbortController()
    process.once('SIGINT', () => ending.abort())
    const keys = readKeys(config, 'BACKUP_KEY_FILE')
    const opened = { dir, keys, manifest: await trustedManifest(keys, dir) }
    const url = config.MIGRATE_DATABASE_URL ?? config.DATABASE_URL
    const db = openPool(config, url)
    try {
      await assertKnownSchema(opened)
      await assertStandsStill(config, db, values.force === true)
      console.error('reading the backup to its last byte')
      const sqlBytes = await checkAll(opened, ending.signal)
      if (values['no-snapshot'] !== true && !(await isEmpty(db)))
        await keepWhatIsThere(config, db, url, ending.signal)
      ending.signal.throwIfAborted()
      await replaceAll(opened, { config, db, url, signal: ending.signal }, sqlBytes)
      console.log(`restored: ${opened.manifest.name}, taken at ${opened.manifest.takenAt}`)
      return EXIT.ok
    } finally {
      await db.destroy()
    }
  },
}
