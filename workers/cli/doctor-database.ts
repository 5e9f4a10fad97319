import type { Config } from '../../shared/config/config.ts'
import { connectDatabase, type Knex } from '../../shared/db/connect.ts'
import { pendingMigrations } from '../../shared/db/migrate.ts'
import { safeError } from '../../shared/log/log.ts'
import { bad, type Finding, ok, warn } from './doctor-finding.ts'

const STATEMENT_TIMEOUT_MS = 5000
const CONNECT_TIMEOUT_MS = 5000
const TABLE_ACCESS_DENIED = 'ER_TABLEACCESS_DENIED_ERROR'

/** Connects as the application does and looks at the server, the schema and the account's rights. */
export async function databaseFindings(config: Config): Promise<Finding[]> {
  const db = connectDatabase({
    url: config.DATABASE_URL,
    poolMax: 1,
    connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, config.DB_CONNECT_TIMEOUT_MS),
    idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  try {
    const server = await serverVariables(db)
    return [
      ok('database', `answers, version ${server.version}`),
      pools(config, Number(server.max_connections)),
      durability(server),
      localInfile(server),
      await schema(db),
      await auditRights(db, config),
    ]
  } catch (error) {
    const { code, type } = safeError(error)
    return [bad('database', `cannot be used (${code ?? type}); look at DATABASE_URL and the server`)]
  } finally {
    await db.destroy()
  }
}

type Variables = Record<
  'version' | 'max_connections' | 'innodb_flush_log_at_trx_commit' | 'local_infile',
  string
>

async function serverVariables(db: Knex): Promise<Variables> {
  const [[row]] = (await db.raw(
    'select @@version as version, @@max_connections as max_connections, ' +
      '@@innodb_flush_log_at_trx_commit as innodb_flush_log_at_trx_commit, @@local_infile as local_infile',
  )) as [[Variables]]
  return row
}

/** One API and one worker process with its bulk connections; more processes need room for their pools too. */
function pools(config: Config, limit: number): Finding {
  const sum = config.DB_POOL_MAX + config.WORKER_DB_POOL_MAX + config.WORKER_CONCURRENCY
  const text = `API, worker and bulk work open up to ${sum}, the server allows ${limit}`
  return sum >= limit
    ? bad('connections', `${text}: raise max_connections or lower the pools`)
    : ok('connections', text)
}

function durability(server: Variables): Finding {
  return String(server.innodb_flush_log_at_trx_commit) === '1'
    ? ok('durability', 'every commit is on disk before it is answered')
    : warn('durability', 'innodb_flush_log_at_trx_commit is not 1: a power cut may lose acknowledged work')
}

function localInfile(server: Variables): Finding {
  return String(server.local_infile) === '1'
    ? ok('LOCAL INFILE', 'allowed; imports take the fast way')
    : warn('LOCAL INFILE', 'forbidden by the server; imports work, but slower')
}

async function schema(db: Knex): Promise<Finding> {
  const pending = await pendingMigrations(db)
  return pending.length === 0
    ? ok('schema', 'up to date')
    : bad('schema', `${pending.length} step(s) are missing; run: migrate`)
}

async function auditRights(db: Knex, config: Config): Promise<Finding> {
  try {
    await db.raw('update audit_entries set action = action where 1 = 0')
  } catch (error) {
    if (safeError(error).code === TABLE_ACCESS_DENIED)
      return ok('audit', 'the application may not change entries')
    throw error
  }
  const found = config.NODE_ENV === 'production' ? bad : warn
  return found('audit', 'the application account may change audit entries; use two accounts')
}
