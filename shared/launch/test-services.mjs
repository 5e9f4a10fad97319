// Services of tests run file by file (`npx vitest run path`): one instance per checkout, kept between runs so that a
// run starts in milliseconds, ended by a reaper after an hour without use, or by `node test-services.mjs --stop`.
import { spawn } from 'node:child_process'
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { main, sleep, testHome } from './env.mjs'
import { isOurs } from './run.mjs'
import { startServices, stopServices } from './services.mjs'
import { readState, writeState } from './state.mjs'

const IDLE_MS = 60 * 60_000
const LOOK_EVERY_MS = 60_000

const adHocDir = () => {
  const dir = path.join(testHome(), 'ad-hoc')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return dir
}
const usedFile = (dir) => path.join(dir, 'last-used')

/** The kept instance of this checkout, brought up if it does not run. */
export async function adHocTestServices() {
  const dir = adHocDir()
  const services = await startServices({ dataDir: dir, env: {}, keep: true })
  touch(usedFile(dir))
  const { reaper } = readState(dir)
  if (!isOurs(reaper, dir)) {
    const self = fileURLToPath(import.meta.url)
    const child = spawn(process.execPath, [self, '--reap', dir], { detached: true, stdio: 'ignore' })
    child.unref()
    writeState(dir, { reaper: child.pid })
  }
  return services
}

function touch(file) {
  writeFileSync(file, '', { flag: 'a' })
  utimesSync(file, new Date(), new Date())
}

async function reap(dir) {
  while (Date.now() - statSync(usedFile(dir)).mtimeMs < IDLE_MS) await sleep(LOOK_EVERY_MS)
  await stopServices(dir)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [action, dir] = process.argv.slice(2)
  if (action === '--reap') main(() => reap(dir))
  else if (action === '--stop') main(() => stopServices(adHocDir()))
  else main(async () => console.log(await adHocTestServices()))
}
