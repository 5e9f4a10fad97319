// The whole system beside any other, on free ports and data of its own, for browser tests and screenshots.
import { appendFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { findBrowser } from './browser.mjs'
import { buildStale } from './building.mjs'
import { checkNode, say } from './env.mjs'
import { ensurePackages } from './install.mjs'
import { lastLines } from './mariadb.mjs'
import { onStopSignal } from './signals.mjs'
import { startSystem } from './system.mjs'
import { runDir } from './testing.mjs'

const PASSWORD = 'Browser-test-7-lantern'

/**
 * Sets up, starts the system with a known password for all first users, and runs `body(env)` where env holds
 * E2E_BASE_URL, E2E_PASSWORD, CHROMIUM_PATH, DATA_DIR. The processes' log is `<DATA_DIR>/system.log`; its end is
 * shown when tests failed. Everything ends afterwards; KEEP_TEST_DATA keeps the folder.
 */
export async function withWholeSystem(kind, body) {
  checkNode()
  const stopping = onStopSignal()
  await stopping.during(ensurePackages)
  const browser = await stopping.during(() => findBrowser())
  await stopping.during(() => buildStale())
  const dataDir = await runDir(kind)
  const log = path.join(dataDir, 'system.log')
  let system
  try {
    const env = {
      ...process.env,
      NODE_ENV: 'development',
      INITIAL_ADMIN_PASSWORD: PASSWORD,
      RATE_LIMIT_GENERAL_PER_HOUR: '0',
      RATE_LIMIT_AUTH_PER_MINUTE: '0',
      RATE_LIMIT_HEAVY_PER_HOUR: '0',
      PORT: '0',
      DATA_DIR: dataDir,
    }
    for (const name of ['DATABASE_URL', 'MIGRATE_DATABASE_URL', 'REDIS_URL', 'CACHE_REDIS_URL'])
      delete env[name]
    const show = (line) => appendFileSync(log, `${line}\n`)
    system = await stopping.during(() => startSystem({ dataDir, env, show, signal: stopping.signal }))
    say(`the system runs at ${system.url}`)
    const forBody = {
      ...process.env,
      E2E_BASE_URL: system.url,
      E2E_PASSWORD: PASSWORD,
      CHROMIUM_PATH: browser,
      DATA_DIR: dataDir,
    }
    const result = await stopping.during(() => body(forBody))
    if (result?.failed > 0) console.log(`the end of the system's log:\n${lastLines(log, 40)}`)
    return result
  } finally {
    await system?.stop()
    if (process.env.KEEP_TEST_DATA) say(`kept ${dataDir}`)
    else rmSync(dataDir, { recursive: true, force: true })
  }
}
