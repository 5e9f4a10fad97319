import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ensureBuilt, nodeArgsOf } from './launcher.ts'

const here = fileURLToPath(new URL('../..', import.meta.url))
// Compiled code runs from dist/ itself; tests run from the sources beside it.
const isCompiled = /[\\/]dist[\\/]?$/.test(here)
const dist = isCompiled ? here : join(here, 'dist')
const checkout = join(dist, '..')

type Env = Record<string, string | undefined>

/** A real process of the system under test. */
export interface TestProcess {
  pid: number
  /** `http://127.0.0.1:port` of the API, or of the worker's health server. */
  url: string
  /** Metrics address of an API process. */
  internalUrl: string
  /** Everything it printed so far. */
  output(): string
  /** SIGKILL, SIGSTOP, SIGCONT, SIGTERM …; does not wait. */
  signal(name: NodeJS.Signals): void
  /** Resolves with exit code or signal name when it ended. */
  ended: Promise<number | NodeJS.Signals>
  /** Waits until /readyz answers 200. */
  ready(withinMs?: number): Promise<void>
  /** SIGTERM (SIGKILL after `graceMs`); resolves when it is gone. */
  stop(graceMs?: number): Promise<void>
}

/** A busy machine takes several times the two seconds of a quiet one. */
const READY_WITHIN_MS = 90_000
const POLL_MS = 25
const STOP_GRACE_MS = 20_000
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** A port nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof at === 'object' && at !== null ? at.port : 0
}

/**
 * Starts the compiled API or worker (compiled anew if sources changed) on free ports (PORT, INTERNAL_PORT, WORKER_PORT in `env` win). `env` is its whole
 * environment apart from PATH; take `testEnv()` in tests. Call `ready()` next. Processes left at the end are killed.
 */
export async function startProcess(
  kind: 'api' | 'worker',
  env: Env,
  nodeArgs: string[] = [],
): Promise<TestProcess> {
  if (!isCompiled) await ensureBuilt()
  const given = (name: string) => (env[name] && env[name] !== '0' ? env[name] : undefined)
  const port = given('PORT') ?? String(await freePort())
  const internalPort = given('INTERNAL_PORT') ?? String(await freePort())
  const workerPort = given('WORKER_PORT') ?? String(await freePort())
  const file = join(dist, kind === 'api' ? 'api/main.js' : 'workers/main.js')
  const child = spawn(process.execPath, [...(await nodeArgsOf(kind)), ...nodeArgs, file], {
    cwd: checkout,
    env: {
      PATH: process.env.PATH,
      LOG_LEVEL: 'warn',
      ...env,
      PORT: port,
      INTERNAL_PORT: internalPort,
      WORKER_PORT: workerPort,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  alive.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part))
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('error', () => resolve(-1))
    child.once('exit', (code, signal) => resolve(signal ?? code ?? -1))
  })
  let over = false
  ended.then(() => {
    over = true
    alive.delete(child)
  })
  const url = `http://127.0.0.1:${kind === 'api' ? port : workerPort}`

  async function ready(withinMs = READY_WITHIN_MS): Promise<void> {
    for (const startMs = Date.now(); ; await sleep(POLL_MS)) {
      if (over) throw new Error(`${kind} ended before it was ready:\n${output}`)
      if (Date.now() - startMs > withinMs)
        throw new Error(`${kind} was not ready in ${withinMs} ms:\n${output}`)
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => null)
      if (answer?.ok) return
    }
  }

  async function stop(graceMs = STOP_GRACE_MS): Promise<void> {
    child.kill('SIGTERM')
    child.kill('SIGCONT')
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await ended
    clearTimeout(timer)
  }

  return {
    pid: child.pid ?? 0,
    url,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    output: () => output,
    signal: (name) => void child.kill(name),
    ended,
    ready,
    stop,
  }
}

/** Runs a command of the command line (`npm run cli -- …`) to its end. */
export async function runCommand(args: string[], env: Env, input = '') {
  if (!isCompiled) await ensureBuilt()
  const child = spawn(process.execPath, [join(dist, 'workers/cli/main.js'), ...args], {
    cwd: checkout,
    env: { PATH: process.env.PATH, ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (part) => (stdout += part))
  child.stderr.on('data', (part) => (stderr += part))
  child.stdin.end(input)
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)))
  return { code, stdout, stderr }
}
