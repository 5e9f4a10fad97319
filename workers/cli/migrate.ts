import { loadConfig } from '../../shared/config/config.ts'
import { connectDatabase } from '../../shared/db/connect.ts'
import { migrate } from '../../shared/db/migrate.ts'
import { type Command, EXIT, readArgs } from './command.ts'

/** A step on a table with millions of rows takes its time. */
const STATEMENT_TIMEOUT_MS = 6 * 3_600_000
const POOL_MAX = 2

/** Brings the database's schema up to date with the account that may change it. */
export const command: Command = {
  summary: 'bring the schema of the database up to date',
  usage: '',
  async run(args) {
    readArgs(args, {})
    const config = loadConfig()
    const db = connectDatabase({
      url: config.MIGRATE_DATABASE_URL ?? config.DATABASE_URL,
      poolMax: POOL_MAX,
      connectTimeoutMs: config.DB_CONNECT_TIMEOUT_MS,
      idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    })
    try {
      const steps = await migrate(db)
      for (const step of steps) console.log(`migrated: ${step}`)
      if (steps.length === 0) console.log('the schema is up to date')
      return EXIT.ok
    } finally {
      await db.destroy()
    }
  },
}
