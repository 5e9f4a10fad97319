import { type Config, loadConfig } from '../../shared/config/config.ts'
import { closeDeps, type Deps, openDeps } from '../../shared/deps.ts'
import { createLog } from '../../shared/log/log.ts'

const POOL_MAX = 4
/** Commands may look at whole tables; nobody waits for them at a counter. */
const STATEMENT_TIMEOUT_MS = 600_000

/** Opens the connections of a command, runs it and closes them again. Log lines below warning stay out of the way. */
export async function withDeps<T>(
  work: (deps: Deps) => Promise<T>,
  config: Config = loadConfig(),
): Promise<T> {
  const log = createLog({ LOG_LEVEL: config.LOG_LEVEL === 'silent' ? 'silent' : 'warn' }, 'cli')
  const deps = await openDeps({ config, log, poolMax: POOL_MAX, statementTimeoutMs: STATEMENT_TIMEOUT_MS })
  try {
    return await work(deps)
  } finally {
    await closeDeps(deps)
  }
}
