import { readdir } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Knex } from './connect.ts'

interface MigrationModule {
  up(db: Knex): Promise<void>
}

const LOCK_NAME = 'clinic:migrate'
const LOCK_WAIT_S = 60
/** The table of knex's own lock. */
const LOCK_ROW = 'knex_migrations_lock'
/** What the database answers to a statement that was carried out before. */
const HALF_DONE: ReadonlySet<unknown> = new Set([
  'ER_TABLE_EXISTS_ERROR',
  'ER_DUP_FIELDNAME',
  'ER_DUP_KEYNAME',
  'ER_DUP_CONSTRAINT_NAME',
  'ER_FK_DUP_NAME',
  'ER_DUP_ENTRY',
  'ER_MULTIPLE_PRI_KEY',
  'ER_CANT_DROP_FIELD_OR_KEY',
  'ER_BAD_FIELD_ERROR',
  'ER_BAD_TABLE_ERROR',
  'ER_NO_SUCH_TABLE',
  'ER_TRG_ALREADY_EXISTS',
  'ER_SP_ALREADY_EXISTS',
])
const FOLDER = new URL('../../migrations/', import.meta.url)

/**
 * An earlier run was killed inside a step, and the step cannot simply be taken again: some of its statements are done,
 * because each change of the schema is committed by itself. `step` is its name; `cause` what the database said.
 */
export class InterruptedStep extends Error {
  override readonly name = 'InterruptedStep'
  readonly step: string

  constructor(step: string, cause: unknown) {
    super(
      `Step ${step} was interrupted earlier and is half done; the schema stays as it is. ` +
        'What to do: docs/operations/upgrades.md, "A step that was killed"',
      { cause },
    )
    this.step = step
  }
}

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

/**
 * Whether an earlier run changed the schema and did not come to its end. knex's lock row says so: it is taken in the
 * transaction of the steps, so it stays taken exactly when a change of the schema has committed it.
 */
async function takeLockRow(db: Knex): Promise<boolean> {
  if (!(await db.schema.hasTable(LOCK_ROW))) return false
  const wasInterrupted = Number((await db(LOCK_ROW).first('is_locked'))?.is_locked) === 1
  // the named lock replaces it, which a killed process would leave locked for ever
  await db.migrate.forceFreeMigrationsLock()
  return wasInterrupted
}

async function takeSteps(db: Knex, folder: URL): Promise<string[]> {
  const [, ran] = (await db.migrate.latest({
    migrationSource: migrationSource(folder),
    disableMigrationsListValidation: false,
  })) as [number, string[]]
  return ran
}

/**
 * Brings the schema up to date, one process at a time; answers the names of the steps it ran. After a run that was killed it
 * goes on with the step that was not finished, and throws {@link InterruptedStep} when a part of it is done already.
 */
export async function migrate(db: Knex, folder = FOLDER): Promise<string[]> {
  return db.transaction(async (holder) => {
    const [[lock]] = (await holder.raw('select get_lock(?, ?) as got', [LOCK_NAME, LOCK_WAIT_S])) as [
      [{ got: number }],
    ]
    if (Number(lock.got) !== 1) throw new Error('Another process is migrating; gave up waiting for it')
    try {
      const wasInterrupted = await takeLockRow(db)
      return await takeSteps(db, folder).catch(async (error) => {
        if (!wasInterrupted) throw error
        await db(LOCK_ROW).update({ is_locked: 1 })
        const [step] = HALF_DONE.has(error.code) ? await pendingMigrations(db, folder) : []
        throw step === undefined ? error : new InterruptedStep(step, error)
      })
    } finally {
      await holder.raw('do release_lock(?)', [LOCK_NAME])
    }
  })
}

/** Names of the steps that this program knows, in their order. */
export async function migrationNames(folder = FOLDER): Promise<string[]> {
  const source = migrationSource(folder)
  return (await source.getMigrations([])).map((file) => source.getMigrationName(file))
}

/** Names of the steps that this program has and the database has not; all of them when it was never migrated. */
export async function pendingMigrations(db: Knex, folder = FOLDER): Promise<string[]> {
  const names = await migrationNames(folder)
  const done = (await db.schema.hasTable('knex_migrations')) ? await db('knex_migrations').pluck('name') : []
  return names.filter((name) => !done.includes(name))
}
