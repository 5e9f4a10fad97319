// Where things are and what the environment says. Plain JavaScript: this runs before anything is installed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout's folder; every command works from here whatever the caller's working directory is. */
export const root = path.resolve(fileURLToPath(new URL('../..', import.meta.url)))

/** Line prefix of the set-up's own messages. */
export const say = (text) => console.log(`[setup] ${text}`)

/** A fault whose message is all the reader needs: `main` prints it without a stack and exits with `exitCode`. */
export function fault(message, exitCode = 1) {
  return Object.assign(new Error(message), { plain: true, exitCode })
}

const NODE_MINIMUM = [20, 19]
const NODE_SUPPORTED_MAJOR = 22

/** Refuses a Node that cannot run the code; warns once for a version past its end of life. */
export function checkNode({ warn = true } = {}) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const tooOld = major < NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor < NODE_MINIMUM[1])
  if (tooOld) {
    throw fault(`Node ${NODE_MINIMUM.join('.')} or newer is needed; this is ${process.versions.node}.`)
  }
  if (warn && major < NODE_SUPPORTED_MAJOR) {
    console.warn(
      `[setup] Node ${process.versions.node} still works but gets no security fixes; 24 is advised.`,
    )
  }
}

/** Reads `.env` of the checkout, if there is one, into process.env; what is already set wins. */
export function loadDotEnv(file = path.join(root, '.env')) {
  if (!existsSync(file)) return
  for (const line of readFileSync(file, 'utf8').split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line)
    if (!match) continue
    const [, name, raw] = match
    const quoted = /^(['"])(.*)\1$/.exec(raw)
    process.env[name] ??= quoted ? quoted[2] : raw.replace(/\s+#.*$/, '')
  }
}

/** DATA_DIR as an absolute path, made private (0700) if it does not exist yet. */
export function dataDirOf(env = process.env) {
  const dir = path.resolve(root, env.DATA_DIR || '.data')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return dir
}

/** Temporary home of everything the tests of this checkout start; one per user and checkout. */
export function testHome() {
  const id = createHash('sha256').update(root).digest('hex').slice(0, 10)
  const dir = path.join(tmpdir(), `clinic-test-${userInfo().uid}-${id}`)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return dir
}

/** A port nobody listens on right now, on loopback. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Whether `host:port` can be listened on. */
export function portIsFree(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/** The port used last time if it is free, so that clients find a server again after its restart; else another. */
export async function usualPort(lastPort) {
  return lastPort && (await portIsFree(lastPort)) ? lastPort : freePort()
}

/** Resolves after `ms`. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Runs a script's body; a plain fault is printed as one message, anything else with its stack. */
export async function main(body) {
  try {
    await body()
  } catch (error) {
    console.error(error?.plain ? `[setup] ${error.message}` : error)
    process.exit(error?.exitCode ?? 1)
  }
}
