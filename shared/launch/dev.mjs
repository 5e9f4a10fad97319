// npm run dev: the system in watch mode. tsc compiles on change, API and worker restart, Vite serves the page.
import { spawn } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import path from 'node:path'
import { buildStale } from './building.mjs'
import { checkNode, dataDirOf, loadDotEnv, main, root, say } from './env.mjs'
import { ensurePackages } from './install.mjs'
import { onStopSignal } from './signals.mjs'
import { startSystem } from './system.mjs'

// A compile writes many files within some hundred milliseconds; one restart is enough for all.
const QUIET_MS = 400

main(async () => {
  checkNode()
  loadDotEnv()
  const stopping = onStopSignal({ exitCode: 0 })
  await stopping.during(ensurePackages)
  await stopping.during(() => buildStale({ web: !existsSync(path.join(root, 'web/dist')), tolerant: true }))
  const system = await stopping.during(() => startSystem({ dataDir: dataDirOf(), signal: stopping.signal }))
  const node = (file, args, env = process.env) =>
    spawn(process.execPath, [path.join(root, file), ...args], {
      cwd: root,
      env,
      stdio: 'inherit',
      detached: true,
    })
  const helpers = [node('node_modules/typescript/bin/tsc', ['-p', '.', '--watch', '--preserveWatchOutput'])]
  if (existsSync(path.join(root, 'web/vite.config.ts'))) {
    helpers.push(
      node('node_modules/vite/bin/vite.js', ['web'], { ...process.env, CLINIC_DEV_API: system.url }),
    )
  }
  let timer
  let restarting = Promise.resolve()
  for (const folder of ['api', 'workers', 'shared']) {
    watch(path.join(root, 'dist', folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.js') || file.includes('.test.')) return
      clearTimeout(timer)
      timer = setTimeout(() => {
        say('changed: restarting API and worker')
        restarting = restarting.then(() => Promise.all(system.children.map((child) => child.restart())))
      }, QUIET_MS)
    })
  }
  console.log(`ready: ${system.url}`)
  const failure = await Promise.race([system.failed, stopping.asked])
  clearTimeout(timer)
  await restarting
  if (failure) say(failure)
  // As groups: tsc's own file starts the native compiler as a child.
  for (const { pid } of helpers) process.kill(-pid, 'SIGTERM')
  await system.stop()
  process.exit(failure ? 1 : 0)
})
