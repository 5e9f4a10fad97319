// npm start: all set-up, then the whole system, until Ctrl-C.
import { buildStale } from './building.mjs'
import { checkNode, dataDirOf, fault, loadDotEnv, main } from './env.mjs'
import { ensurePackages } from './install.mjs'
import { onStopSignal } from './signals.mjs'
import { loginNames, startSystem } from './system.mjs'

main(async () => {
  checkNode()
  loadDotEnv()
  const own = ['DATABASE_URL', 'REDIS_URL', 'CACHE_REDIS_URL'].every((name) => process.env[name])
  if (process.env.NODE_ENV === 'production' && !own) {
    throw fault(
      'NODE_ENV=production: set DATABASE_URL, REDIS_URL and CACHE_REDIS_URL; private servers are for development.',
      78,
    )
  }
  const stopping = onStopSignal({ exitCode: 0 })
  await stopping.during(ensurePackages)
  await stopping.during(() => buildStale())
  const dataDir = dataDirOf()
  const system = await stopping.during(() => startSystem({ dataDir, signal: stopping.signal }))
  const names = await loginNames(system.services.migrateDatabaseUrl)
  console.log(`ready: ${system.url}  (sign in as ${names.join(', ')})`)
  const failure = await Promise.race([system.failed, stopping.asked])
  console.log(failure ? `[setup] ${failure}` : '[setup] stopping')
  await system.stop()
  process.exit(failure ? 1 : 0)
})
