// Child processes: run one to its end, find it again, end it.
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { fault, root, sleep } from './env.mjs'

/**
 * Runs a command to its end. `quiet` keeps its output and shows it only when it fails; otherwise it is passed on.
 * Resolves `{code, output}`; throws a plain fault on a non-zero exit unless `mayFail`. The command gets
 * a process group of its own, because tsc, vitest and npm start children that a signal to them alone leaves behind.
 */
export function run(
  command,
  args = [],
  { cwd = root, env = process.env, quiet = false, mayFail = false } = {},
) {
  return new Promise((resolve, reject) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit']
    forwardSignals()
    const child = spawn(command, args, { cwd, env, stdio, detached: true })
    running.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (output += part))
    child.once('error', (error) => {
      running.delete(child)
      if (mayFail) resolve({ code: 127, output: String(error) })
      else reject(fault(`${command} could not be run: ${error.message}`))
    })
    child.once('close', (code, signal) => {
      running.delete(child)
      const status = code ?? (signal === 'SIGINT' ? 130 : 143)
      if (status === 0 || mayFail) return resolve({ code: status, output })
      const said = quiet ? `\n${output.trimEnd()}` : ''
      reject(fault(`${path.basename(command)} ${args.join(' ')} failed (${status})${said}`))
    })
  })
}

const EXIT_INTERRUPTED = 130
const running = new Set()

/** Passes a signal on to every command `run` is waiting for. */
export function signalRunning(name) {
  for (const { pid } of running) if (pid) signal(-pid, name)
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
let forwarding = false

/** Ctrl-C does not reach other process groups by itself. Where nobody else listens, this process ends with them. */
function forwardSignals() {
  if (forwarding) return
  forwarding = true
  for (const name of SIGNALS) {
    process.on(name, () => {
      signalRunning('SIGTERM')
      if (process.listenerCount(name) === 1) process.exit(EXIT_INTERRUPTED)
    })
  }
}

/** Full path of the first of `names` that can be executed, looking in PATH, the sbin folders and `extraDirs`. */
export function findExecutable(names, extraDirs = []) {
  const usual = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec', '/opt/homebrew/bin', '/usr/local/bin']
  const dirs = [...extraDirs, ...(process.env.PATH ?? '').split(path.delimiter), ...usual]
  for (const name of names) {
    for (const dir of dirs) {
      const file = path.join(dir, name)
      try {
        accessSync(file, constants.X_OK)
        return file
      } catch {}
    }
  }
  return null
}

/** Whether a process with this id exists (a zombie does not count). */
export function isAlive(pid) {
  if (!pid) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
  return processState(pid) !== 'Z'
}

function processState(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().charAt(0)
  } catch {
    return ''
  }
}

/** Start time of a process in kernel ticks, '' where /proc is missing: with the pid it names one process for good. */
export function startTicks(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')[19]
  } catch {
    return ''
  }
}

/** Whether `pid` is a living process whose command line or working directory names `mark`: never end a stranger. */
export function isOurs(pid, mark) {
  if (!isAlive(pid)) return false
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return command.includes(mark) || readlinkSync(`/proc/${pid}/cwd`).startsWith(mark)
  } catch {
    const { stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return (stdout ?? '').includes(mark)
  }
}

const POLL_MS = 20

/** Asks a process to end, then ends it after `graceMs`; resolves when it is gone. */
export async function endProcess(pid, graceMs = 30_000) {
  if (!isAlive(pid)) return
  signal(pid, 'SIGTERM')
  // A stopped process takes SIGTERM only after it is continued.
  signal(pid, 'SIGCONT')
  for (let waitedMs = 0; isAlive(pid) && waitedMs < graceMs; waitedMs += POLL_MS) await sleep(POLL_MS)
  if (isAlive(pid)) signal(pid, 'SIGKILL')
  for (let waitedMs = 0; isAlive(pid) && waitedMs < 5_000; waitedMs += POLL_MS) await sleep(POLL_MS)
}

function signal(pid, name) {
  try {
    process.kill(pid, name)
  } catch {}
}
