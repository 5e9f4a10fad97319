import { type Config, loadConfig } from '../../shared/config/config.ts'
import { connectDatabase, type Knex } from '../../shared/db/connect.ts'
import { type Account, accountOf, applyRights } from '../../shared/db/grants.ts'
import { InterruptedStep, migrate, pendingMigrations } from '../../shared/db/migrate.ts'
import { safeError } from '../../shared/log/log.ts'
import { type Command, CommandFailed, EXIT, readArgs } from './command.ts'

/** A step on a table with millions of rows takes its time. */
const STATEMENT_TIMEOUT_MS = 6 * 3_600_000
const POOL_MAX = 2

async function withPool<T>(config: Config, url: string, work: (db: Knex) => Promise<T>): Promise<T> {
  const db = connectDatabase({
    url,
    poolMax: POOL_MAX,
    connectTimeoutMs: config.DB_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** The application's account when another one migrates; null when one account serves both purposes. */
async function applicationAccount(config: Config): Promise<Account | null> {
  const { DATABASE_URL: url, MIGRATE_DATABASE_URL: migrateUrl = url } = config
  if (new URL(url).username === new URL(migrateUrl).username) return null
  return withPool(config, url, accountOf)
}

const DENIED = /^ER_(DB|TABLE)ACCESS_DENIED_ERROR$/
const NO_RIGHT =
  'steps are missing, and this account may not change the schema; set MIGRATE_DATABASE_URL, or under compose run: ' +
  'docker-compose -f docker-compose.prod.yml up migrate'

async function takeSteps(db: Knex): Promise<string[]> {
  try {
    return await migrate(db)
  } catch (error) {
    if (DENIED.test(safeError(error).code ?? '')) throw new CommandFailed(NO_RIGHT)
    if (error instanceof InterruptedStep) throw new CommandFailed(error.message)
    throw error
  }
}

/** Brings the schema up to date with the account that may change it, and gives the other accounts their rights. */
export const command: Command = {
  summary: 'bring the schema of the database up to date and give the accounts their rights',
  usage: '',
  async run(args) {
    readArgs(args, {})
    const config = loadConfig()
    return withPool(config, config.MIGRATE_DATABASE_URL ?? config.DATABASE_URL, async (db) => {
      // in a container that serves, the account may not change the schema: fine while there is nothing to change
      const serves = config.MIGRATE_DATABASE_URL === undefined
      const steps = serves && (await pendingMigrations(db)).length === 0 ? [] : await takeSteps(db)
      for (const step of steps) console.log(`migrated: ${step}`)
      if (steps.length === 0) console.log('the schema is up to date')
      if (!serves) await applyRights(db, () => applicationAccount(config))
      return EXIT.ok
    })
  },
}
