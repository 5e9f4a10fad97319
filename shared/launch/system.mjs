// The whole system of one DATA_DIR: services, schema, first rows, API and worker. `npm start`, the browser tests and
// the screenshots all use this one way.
import path from 'node:path'
import { fault, freePort, portIsFree, root, say, sleep } from './env.mjs'
import { grantAppRightsByUrl } from './grants.mjs'
import { NODE_ARGS } from './node-args.mjs'
import { endProcess, isAlive, isOurs, run, startTicks } from './run.mjs'
import { startServices } from './services.mjs'
import { readState, self, writeState } from './state.mjs'
import { supervise } from './supervise.mjs'

const DEFAULT_PORT = 8080
const READY_WITHIN_MS = 90_000
const POLL_MS = 50
const CHILD_GRACE_MS = 30_000
const CLI = 'dist/workers/cli/main.js'

/** Environment of our processes: the services' addresses, absolute DATA_DIR, tools of unpacked packages in PATH. */
export function processEnv(services, dataDir, env = process.env) {
  const { databaseUrl, redisUrl, cacheRedisUrl, toolsDir } = services
  return {
    ...env,
    NODE_ENV: env.NODE_ENV || 'development',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    CACHE_REDIS_URL: cacheRedisUrl,
    DATA_DIR: dataDir,
    ...(toolsDir ? { PATH: `${toolsDir}${path.delimiter}${env.PATH ?? ''}` } : {}),
  }
}

/** Environment of commands, which may also migrate. */
export function commandEnv(services, dataDir, env = process.env) {
  return {
    ...processEnv(services, dataDir, env),
    MIGRATE_DATABASE_URL: services.migrateDatabaseUrl,
    ...backupEnv(services, env),
  }
}

/** What the worker needs for backups: on a private server the account that migrates may make the scratch database. */
export const backupEnv = (services, env = process.env) => ({
  BACKUP_DATABASE_URL: env.BACKUP_DATABASE_URL || services.migrateDatabaseUrl,
})

/** Brings the schema up to date and, where tables are empty, loads the medications and diagnoses and makes the first users. */
export async function prepareData(services, dataDir, env = process.env) {
  const cliEnv = commandEnv(services, dataDir, env)
  const command = (...args) => run(process.execPath, [CLI, ...args], { env: cliEnv })
  await run(process.execPath, [CLI, 'migrate'], { env: cliEnv, quiet: true })
  await grantAppRightsByUrl(services.migrateDatabaseUrl, services.databaseUrl)
  const { medications, icd10, users } = await firstRows(services.migrateDatabaseUrl)
  if (!medications) await command('fixtures:load', 'medications')
  if (!icd10) await command('fixtures:load', 'icd10')
  if (!users) await command('users:create-initial')
}

async function firstRows(url) {
  const { default: mysql } = await import('mysql2/promise')
  const connection = await mysql.createConnection({ uri: url })
  try {
    const any = async (table) => (await connection.query(`SELECT 1 FROM \`${table}\` LIMIT 1`))[0].length > 0
    return {
      medications: await any('medications'),
      icd10: await any('icd10_codes'),
      users: await any('users'),
    }
  } finally {
    await connection.end()
  }
}

/** Names to sign in with, for the ready line. */
export async function loginNames(url) {
  const { default: mysql } = await import('mysql2/promise')
  const connection = await mysql.createConnection({ uri: url })
  try {
    const [rows] = await connection.query('SELECT username FROM users WHERE active = 1 ORDER BY id LIMIT 6')
    return rows.map(({ username }) => username)
  } finally {
    await connection.end()
  }
}

/**
 * Starts everything for `dataDir` and resolves when API and worker are ready: `{url, services, children, failed,
 * stop}`. `failed` resolves with a message when a child had to be given up. The caller calls `stop`, also after a throw
 * of its own. `signal.aborted` is looked at between the steps.
 */
export async function startSystem({ dataDir, env = process.env, show = console.log, signal = {} }) {
  const steps = { children: [] }
  let giveUp
  const failed = new Promise((resolve) => (giveUp = resolve))
  const stop = async () => {
    await Promise.all(steps.children.map((child) => child.stop(CHILD_GRACE_MS)))
    if (steps.claimed) writeState(dataDir, { app: null })
    await steps.services?.stop()
  }
  const check = () => {
    if (signal.aborted) throw fault('stopped', 0)
  }
  try {
    await endLeftOvers(dataDir)
    steps.services = await startServices({ dataDir, env })
    check()
    await prepareData(steps.services, dataDir, env)
    check()
    const ports = await choosePorts(env)
    const app = { ...self(), pids: {}, url: `http://127.0.0.1:${ports.PORT}`, ports }
    writeState(dataDir, { app })
    steps.claimed = true
    const childEnv = { ...processEnv(steps.services, dataDir, env), ...ports }
    const one = (name, file, more = {}) =>
      supervise({
        name,
        args: [...NODE_ARGS[name], path.join(root, file)],
        env: { ...childEnv, ...more },
        show,
        onStart: (pid) => {
          app.pids[name] = pid
          writeState(dataDir, { app })
        },
        onGiveUp: (end) =>
          giveUp(`${end.name} keeps ending (${end.code}); its last lines:\n${end.lines.join('\n')}`),
      })
    steps.children = [
      one('api', 'dist/api/main.js'),
      one('worker', 'dist/workers/main.js', backupEnv(steps.services, env)),
    ]
    const ready = Promise.all([
      untilReady(`${app.url}/readyz`, steps.children[0], signal),
      untilReady(`http://127.0.0.1:${ports.WORKER_PORT}/readyz`, steps.children[1], signal),
    ])
    await Promise.race([ready, failed.then((message) => Promise.reject(fault(message)))])
    return { url: app.url, services: steps.services, children: steps.children, failed, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Refuses beside a living launcher on the same data; ends API and worker that a killed one left. */
async function endLeftOvers(dataDir) {
  const { app } = readState(dataDir)
  if (!app) return
  if (app.pid !== process.pid && isAlive(app.pid) && startTicks(app.pid) === app.ticks) {
    throw fault(
      `The system already runs: ${app.url} (process ${app.pid}). Stop that first, or set another DATA_DIR.`,
    )
  }
  const pids = Object.values(app.pids ?? {}).filter((pid) => isOurs(pid, root))
  if (pids.length > 0) say('ending what an earlier start left running')
  await Promise.all(pids.map((pid) => endProcess(pid, CHILD_GRACE_MS)))
  writeState(dataDir, { app: null })
}

async function choosePorts(env) {
  const host = env.HOST || '127.0.0.1'
  const wanted = Number(env.PORT || DEFAULT_PORT)
  let port = wanted
  if (!(await portIsFree(wanted, host))) {
    if (env.PORT) throw fault(`PORT ${wanted} is in use by another program.`)
    port = await freePort()
    say(`port ${wanted} is in use, taking ${port}`)
  } else if (wanted === 0) port = await freePort()
  const or = async (value) => String(Number(value) || (await freePort()))
  return {
    PORT: String(port),
    INTERNAL_PORT: await or(env.INTERNAL_PORT),
    WORKER_PORT: await or(env.WORKER_PORT),
  }
}

async function untilReady(url, child, signal) {
  for (const start = Date.now(); !signal.aborted; await sleep(POLL_MS)) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) })
      if (answer.ok) return
    } catch {}
    if (Date.now() - start > READY_WITHIN_MS) {
      throw fault(`${child.name} did not become ready; its last lines:\n${child.lines.join('\n')}`)
    }
  }
  throw fault('stopped', 0)
}
