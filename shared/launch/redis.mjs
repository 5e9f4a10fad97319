// Private Redis processes: one keeps jobs, sessions and events (noeviction, AOF), one is a cache (LFU, nothing kept).
import { spawn } from 'node:child_process'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { fault, sleep, usualPort } from './env.mjs'
import { lastLines } from './mariadb.mjs'
import { endProcess } from './run.mjs'

const READY_WITHIN_MS = 30_000
const POLL_MS = 10

/** Configuration lines of the two kinds. */
export const REDIS_KINDS = {
  jobs: ['appendonly yes', 'appendfsync everysec', 'maxmemory-policy noeviction'],
  cache: ['appendonly no', 'maxmemory 128mb', 'maxmemory-policy allkeys-lfu'],
}

/** URL of a private Redis. */
export const redisUrl = ({ port }, password) => `redis://:${password}@127.0.0.1:${port}/0`

/** Starts one; `onSpawn({pid, port})` is called before it is ready. Resolves `{pid, port}`. */
export async function startRedis({ kind, dir, password, program, lastPort, onSpawn }) {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const port = await usualPort(lastPort)
  const config = path.join(dir, 'redis.conf')
  const log = path.join(dir, 'redis.log')
  // In a file and not on the command line: the password must not be in the process list.
  const common = ['bind 127.0.0.1', `port ${port}`, `dir "${dir}"`, "save ''", `requirepass ${password}`]
  const lines = [...common, 'loglevel notice', `logfile "${log}"`, ...REDIS_KINDS[kind], '']
  writeFileSync(config, lines.join('\n'), { mode: 0o600 })
  const out = openSync(log, 'a', 0o600)
  const child = spawn(program.server, [config], {
    argv0: path.basename(program.server),
    cwd: dir,
    env: program.env,
    stdio: ['ignore', out, out],
    detached: true,
  })
  child.unref()
  let ended = false
  child.once('error', () => (ended = true))
  child.once('exit', () => (ended = true))
  onSpawn({ pid: child.pid, port })
  for (let waitedMs = 0; !(await redisAnswers(redisUrl({ port }, password))); waitedMs += POLL_MS) {
    if (ended || waitedMs > READY_WITHIN_MS) {
      await endProcess(child.pid)
      throw fault(`Redis (${kind}) did not start; the end of ${log}:\n${lastLines(log)}`)
    }
    await sleep(POLL_MS)
  }
  return { pid: child.pid, port }
}

/** Whether a Redis answers PING under this URL, with its password. Needs no package. */
export function redisAnswers(url, timeoutMs = 2_000) {
  const { hostname, port, username, password } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port || 6379), hostname)
    const done = (answer) => {
      socket.destroy()
      resolve(answer)
    }
    let said = ''
    socket.setTimeout(timeoutMs, () => done(false))
    socket.once('error', () => done(false))
    socket.once('close', () => done(false))
    socket.on('data', (part) => {
      said += part
      if (said.includes('PONG')) done(true)
      else if (/(^|\n)-/.test(said)) done(false)
    })
    const account = [username, password].filter(Boolean).map(decodeURIComponent).join(' ')
    socket.write(`${account ? `AUTH ${account}\r\n` : ''}PING\r\n`)
  })
}
