// A private MariaDB: data under `dir`, loopback only, durable commits, accounts for the application and migrations.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fault, sleep, usualPort } from './env.mjs'
import { endProcess, isOurs, run } from './run.mjs'

/** Name of the private database, and beginning of the names of all databases of tests and restores. */
export const DATABASE = 'clinic'
const READY_WITHIN_MS = 60_000
const POLL_MS = 25
// A UNIX socket's path holds 107 bytes.
const SOCKET_PATH_MAX = 100

/** Promised to operators (docker/mysql has the same): 256 MB buffer, slow log, 200 connections; no query cache. */
const SETTINGS = [
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  '--skip-log-bin',
  '--local-infile=1',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_ci',
  '--default-time-zone=+00:00',
  '--innodb-buffer-pool-size=256M',
  '--innodb-log-file-size=128M',
  '--innodb-flush-log-at-trx-commit=1',
  '--max-allowed-packet=64M',
  '--max-connections=200',
  '--query-cache-type=0',
  '--query-cache-size=0',
  '--slow-query-log=1',
  '--long-query-time=2',
  '--performance-schema=OFF',
]

const asRoot = () => (process.getuid?.() === 0 ? ['--user=root'] : [])

/** URL of an account on the private server. */
export function mariadbUrl({ port }, account, password, database = DATABASE) {
  return `mysql://${account}:${password}@127.0.0.1:${port}/${database}`
}

/**
 * Starts the server, making its data folder first if there is none. `onSpawn({pid, port})` is called before it is
 * ready, so that a crash of the caller leaves a record. Resolves `{pid, port}`.
 */
export async function startMariadb({ dir, passwords, programs, lastPort, onSpawn }) {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  await endLeftOver(dir)
  const fresh = await makeDataFolder(dir, programs)
  const port = await usualPort(lastPort)
  const init = path.join(dir, 'init.sql')
  writeFileSync(init, accountsSql(passwords, fresh).join('\n'), { mode: 0o600 })
  const log = path.join(dir, 'mariadb.log')
  const args = [
    '--no-defaults',
    ...programs.args,
    ...SETTINGS,
    `--datadir=${path.join(dir, 'my')}`,
    `--tmpdir=${ownTmp(dir)}`,
    `--socket=${socketPath(dir)}`,
    `--pid-file=${path.join(dir, 'my.pid')}`,
    `--port=${port}`,
    `--slow-query-log-file=${path.join(dir, 'slow.log')}`,
    `--init-file=${init}`,
    ...asRoot(),
  ]
  const out = openSync(log, 'a', 0o600)
  // Its own process group: Ctrl-C in the terminal must reach the clinic's processes first, not the database.
  const child = spawn(programs.server, args, {
    env: programs.env,
    stdio: ['ignore', out, out],
    detached: true,
  })
  child.unref()
  let ended = false
  child.once('error', () => (ended = true))
  child.once('exit', () => (ended = true))
  onSpawn({ pid: child.pid, port })
  const url = mariadbUrl({ port }, 'clinic_migrate', passwords.migrate)
  for (let waitedMs = 0; !(await mariadbAnswers(url)); waitedMs += POLL_MS) {
    if (ended || waitedMs > READY_WITHIN_MS) {
      await endProcess(child.pid)
      throw fault(`MariaDB did not start; the end of ${log}:\n${lastLines(log)}`)
    }
    await sleep(POLL_MS)
  }
  rmSync(init, { force: true })
  writeFileSync(path.join(dir, 'accounts-made'), '')
  return { pid: child.pid, port }
}

/** Whether a server answers under this URL with these rights. */
export async function mariadbAnswers(url, timeoutMs = 2_000) {
  const { default: mysql } = await import('mysql2/promise')
  let connection
  try {
    connection = await mysql.createConnection({ uri: url, connectTimeout: timeoutMs })
    await connection.query({ sql: 'SELECT 1', timeout: timeoutMs })
    return true
  } catch {
    return false
  } finally {
    connection?.destroy()
  }
}

/** Last lines of a log file, for messages. */
export function lastLines(file, count = 15) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return ''
  }
}

/** Ends a server a killed launcher left on this data folder: two on one folder would corrupt nothing but never start. */
async function endLeftOver(dir) {
  let pid = 0
  try {
    pid = Number(readFileSync(path.join(dir, 'my.pid'), 'utf8'))
  } catch {}
  if (isOurs(pid, dir)) await endProcess(pid)
}

/** True when accounts have to be made from nothing. */
async function makeDataFolder(dir, programs) {
  const data = path.join(dir, 'my')
  if (!existsSync(data)) {
    const unfinished = path.join(dir, 'my.new')
    rmSync(unfinished, { recursive: true, force: true })
    const options = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
    const args = [
      '--no-defaults',
      ...programs.installerArgs,
      `--datadir=${unfinished}`,
      `--tmpdir=${ownTmp(dir)}`,
      ...options,
      ...asRoot(),
    ]
    await run(programs.installer, args, { env: programs.env, quiet: true })
    renameSync(unfinished, data)
  }
  return !existsSync(path.join(dir, 'accounts-made'))
}

/** A folder for temporary tables of this server alone: servers that share /tmp trip over each other's names. */
function ownTmp(dir) {
  const folder = path.join(dir, 'tmp')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

function socketPath(dir) {
  const usual = path.join(dir, 'my.sock')
  if (usual.length <= SOCKET_PATH_MAX) return usual
  const short = path.join(tmpdir(), `clinic-${process.pid}-${Date.now().toString(36)}.sock`)
  return short
}

/**
 * Statements the server runs as its own administrator at each start, before it accepts anyone: no administrator
 * password is needed anywhere. Rights of the application on the whole database are only for the time before the
 * first migration; grantAppRights narrows them to the tables, and a restart must not widen them again.
 */
function accountsSql(passwords, fresh) {
  const account = (name, password) => [
    `CREATE USER IF NOT EXISTS '${name}'@'%';`,
    `ALTER USER '${name}'@'%' IDENTIFIED BY '${password}';`,
  ]
  return [
    `CREATE DATABASE IF NOT EXISTS \`${DATABASE}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
    ...account('clinic', passwords.app),
    ...account('clinic_migrate', passwords.migrate),
    `GRANT ALL PRIVILEGES ON \`${DATABASE}%\`.* TO 'clinic_migrate'@'%' WITH GRANT OPTION;`,
    ...(fresh ? [`GRANT SELECT, INSERT, UPDATE, DELETE ON \`${DATABASE}\`.* TO 'clinic'@'%';`] : []),
    "DELETE FROM mysql.global_priv WHERE User IN ('root', '') AND Host <> 'localhost';",
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${passwords.root}';`,
    'FLUSH PRIVILEGES;',
    '',
  ]
}
