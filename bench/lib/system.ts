import { type Config, loadConfig } from '../../shared/config/config.ts'
import { connectDatabase, type Knex } from '../../shared/db/connect.ts'
import { type Deps, openDeps } from '../../shared/deps.ts'
import { createLog } from '../../shared/log/log.ts'
import { prepareDatabase } from '../../shared/testing/database.ts'

const STATEMENT_TIMEOUT_MS = 900_000

/** Has the database made anew, whatever the bench before has left in it. */
async function forget(url: string, name: string, config: Config): Promise<void> {
  const { DB_CONNECT_TIMEOUT_MS: connectTimeoutMs, DB_IDLE_TIMEOUT_MS: idleTimeoutMs } = config
  const db = connectDatabase({ url, poolMax: 1, connectTimeoutMs, idleTimeoutMs, statementTimeoutMs: 0 })
  await db.raw("alter database ?? comment = ''", [name])
  await db.destroy()
}

/** Connections of a bench to the servers that `npm run bench` has started, its database empty and migrated. */
export async function benchDeps(): Promise<Deps> {
  const config = loadConfig()
  const migrateUrl = config.MIGRATE_DATABASE_URL ?? config.DATABASE_URL
  const { username, pathname } = new URL(config.DATABASE_URL)
  const name = pathname.slice(1)
  await forget(migrateUrl, name, config)
  await prepareDatabase({ name, url: config.DATABASE_URL, migrateUrl }, username)
  const log = createLog({ LOG_LEVEL: 'silent' }, 'bench')
  return openDeps({ config, log, poolMax: 5, statementTimeoutMs: STATEMENT_TIMEOUT_MS })
}

/**
 * A connection of the account that migrates, to fill tables by the server's own rows of numbers: the system's account
 * may not read those. Close it with `destroy`.
 */
export const benchFiller = ({ config }: Deps): Knex =>
  connectDatabase({
    url: config.MIGRATE_DATABASE_URL ?? config.DATABASE_URL,
    poolMax: 1,
    connectTimeoutMs: config.DB_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })

/** The environment of a process under measurement: this bench's servers, limits set high but not off. */
export function benchEnv(config: Config, overrides: Record<string, string> = {}): Record<string, string> {
  const given = Object.entries(config).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as const] : [],
  )
  return {
    ...Object.fromEntries(given),
    PORT: '0',
    INTERNAL_PORT: '0',
    WORKER_PORT: '0',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_GENERAL_PER_HOUR: '1000000000',
    RATE_LIMIT_HEAVY_PER_HOUR: '1000000',
    ...overrides,
  }
}
