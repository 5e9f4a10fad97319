import { loadConfig } from '../shared/config/config.ts'
import { closeDeps, openDeps } from '../shared/deps.ts'
import { createLog } from '../shared/log/log.ts'
import { startInternalServer } from '../shared/ops/internal-server.ts'
import { createApp } from './app.ts'
import { createHttpServer, listen, stopServer } from './http/server.ts'
import { jobQueuePages } from './ops/job-queue-pages.ts'
import { closeServices, openServices, runBackground } from './services.ts'

const config = loadConfig()
const log = createLog(config, 'api')

// a promise nobody waited for breaks one piece of work, not the process
process.on('unhandledRejection', (err) => log.error({ err }, 'unhandled rejection'))

const deps = await openDeps({
  config,
  log,
  poolMax: config.DB_POOL_MAX,
  statementTimeoutMs: config.REQUEST_TIMEOUT_MS,
  service: 'api',
})
const services = await openServices(deps)
const ending = new AbortController()
const background = runBackground(services, ending.signal)
const app = createApp(services, { pages: [jobQueuePages(services)] })
const server = createHttpServer(app.listener, undefined, log)
const internal = await startInternalServer({ port: config.INTERNAL_PORT, host: config.HOST, ...services.ops })
const port = await listen(server, config.PORT, config.HOST)
log.info({ port, host: config.HOST, internalPort: internal.port }, 'ready')

const STOP_WITHIN_MS = 15_000
/** Longer than a connection of a busy proxy stays unused. */
const LAST_CALL_MS = 2_000
let stopping = false
async function stop(why: object, exitCode = 0): Promise<void> {
  if (stopping) return
  stopping = true
  log.info(why, 'stopping')
  setTimeout(() => process.exit(exitCode || 1), STOP_WITHIN_MS).unref()
  const drained = stopServer(server, undefined, config.TRUST_PROXY > 0 ? LAST_CALL_MS : 0)
  // streams never end by themselves, so they are told to go before the wait for the rest
  await services.hub.close()
  await drained
  app.close()
  ending.abort()
  await internal.close()
  await closeServices(services)
  await background
  await closeDeps(deps)
  log.info('stopped')
  process.exit(exitCode)
}
process.once('SIGTERM', () => void stop({ signal: 'SIGTERM' }))
process.once('SIGINT', () => void stop({ signal: 'SIGINT' }))
// after an uncaught exception the state is unknown: running requests may finish, a fresh process takes over
process.on('uncaughtException', (err) => {
  log.fatal({ err }, 'uncaught exception')
  void stop({ uncaught: true }, 1)
})
