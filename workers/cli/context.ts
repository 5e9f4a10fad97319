import { type Config, loadConfig } from '../../shared/config/config.ts'
import { connectDatabase } from '../../shared/db/connect.ts'
import { fromDatabase } from '../../shared/db/errors.ts'
import { closeDeps, type Deps, openDeps } from '../../shared/deps.ts'
import { createLog } from '../../shared/log/log.ts'

const POOL_MAX = 4
/** Commands may look at whole tables; nobody waits for them at a counter. */
const STATEMENT_TIMEOUT_MS = 600_000

/** A process waits for a database that is late; a command says at once that it is away. Throws the fault as ours. */
async function lookForDatabase(config: Config): Promise<void> {
  const db = connectDatabase({
    url: config.DATABASE_URL,
    poolMax: 1,
    connectTimeoutMs: config.DB_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  try {
    await db.raw('select 1')
  } catch (error) {
    throw fromDatabase(error)
  } finally {
    await db.destroy()
  }
}

/** Opens the connections of a command, runs it and closes them again. Log lines below warning stay out of the way. */
export async function withDeps<T>(
  work: (deps: Deps) => Promise<T>,
  config: Config = loadConfig(),
): Promise<T> {
  await lookForDatabase(config)
  const log = createLog({ LOG_LEVEL: config.LOG_LEVEL === 'silent' ? 'silent' : 'warn' }, 'cli')
  const deps = await openDeps({ config, log, poolMax: POOL_MAX, statementTimeoutMs: STATEMENT_TIMEOUT_MS })
  try {
    return await work(deps)
  } finally {
    await closeDeps(deps)
  }
}
