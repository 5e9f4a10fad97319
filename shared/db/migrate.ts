import { readdir } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Knex } from './connect.ts'

interface MigrationModule {
  up(db: Knex): Promise<void>
}

const LOCK_NAME = 'clinic:migrate'
const LOCK_WAIT_S = 60

/** Migrations by name without extension, so that a run from source and one from `dist/` are the same history. */
function migrationSource(folder: URL): Knex.MigrationSource<string> {
  return {
    async getMigrations() {
      const files = await readdir(fileURLToPath(folder))
      return files.filter((file) => /^\d{3}_\w+\.(ts|js)$/.test(file)).sort()
    },
    getMigrationName: (file) => file.slice(0, -extname(file).length),
    async getMigration(file) {
      const module = (await import(new URL(file, folder).href)) as MigrationModule
      return { up: module.up, down: () => Promise.reject(new Error('Migrations only go forward')) }
    },
  }
}

/** Brings the schema up to date, one process at a time; answers the names of the steps it ran. */
export async function migrate(db: Knex): Promise<string[]> {
  return db.transaction(async (holder) => {
    const [[lock]] = (await holder.raw('select get_lock(?, ?) as got', [LOCK_NAME, LOCK_WAIT_S])) as [
      [{ got: number }],
    ]
    if (Number(lock.got) !== 1) throw new Error('Another process is migrating; gave up waiting for it')
    try {
      const source = migrationSource(new URL('../../migrations/', import.meta.url))
      // the named lock replaces knex's own lock row, which a killed process would leave locked for ever
      if (await db.schema.hasTable('knex_migrations_lock')) await db.migrate.forceFreeMigrationsLock()
      const [, ran] = (await db.migrate.latest({
        migrationSource: source,
        disableMigrationsListValidation: false,
      })) as [number, string[]]
      return ran
    } finally {
      await holder.raw('do release_lock(?)', [LOCK_NAME])
    }
  })
}

/** Names of the steps that this program knows, in their order. */
export async function migrationNames(): Promise<string[]> {
  const source = migrationSource(new URL('../../migrations/', import.meta.url))
  return (await source.getMigrations([])).map((file) => source.getMigrationName(file))
}

/** Names of the steps that this program has and the database has not; all of them when it was never migrated. */
export async function pendingMigrations(db: Knex): Promise<string[]> {
  const names = await migrationNames()
  const done = (await db.schema.hasTable('knex_migrations')) ? await db('knex_migrations').pluck('name') : []
  return names.filter((name) => !done.includes(name))
}
