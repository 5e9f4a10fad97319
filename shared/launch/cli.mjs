// npm run cli -- <command>: a command against the running system, or against services brought up for it.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { buildStale } from './building.mjs'
import { checkNode, dataDirOf, loadDotEnv, main, root } from './env.mjs'
import { grantAppRightsByUrl } from './grants.mjs'
import { ensurePackages } from './install.mjs'
import { startServices } from './services.mjs'
import { readState } from './state.mjs'
import { commandEnv } from './system.mjs'

main(async () => {
  checkNode({ warn: false })
  loadDotEnv()
  const args = process.argv.slice(2)
  await ensurePackages()
  await buildStale({ web: false })
  const dataDir = dataDirOf()
  // Help must not need servers.
  const needsServices = args.length > 0 && !args.includes('--help')
  const services = needsServices ? await startServices({ dataDir }) : null
  const { app } = readState(dataDir)
  const env = {
    ...(services ? commandEnv(services, dataDir) : process.env),
    ...(app ? { PORT: app.ports.PORT, PUBLIC_URL: process.env.PUBLIC_URL || app.url } : {}),
  }
  const child = spawn(process.execPath, [path.join(root, 'dist/workers/cli/main.js'), ...args], {
    env,
    stdio: 'inherit',
  })
  // The terminal sends Ctrl-C to the command too; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal))
  }
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 143)))
  })
  // These make tables: each gets its rights before anyone uses it.
  if (services && code === 0 && ['migrate', 'restore'].includes(args[0])) {
    await grantAppRightsByUrl(services.migrateDatabaseUrl, services.databaseUrl)
  }
  await services?.stop()
  process.exit(code)
})
