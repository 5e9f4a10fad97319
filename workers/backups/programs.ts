import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../shared/config/config.ts'
import { AppError } from '../../shared/errors/app-error.ts'

/** A program of the database's own at work. */
export interface Running {
  child: ChildProcess
  /** Resolves when it is gone, with the number of the server's error if it named one. */
  ended: Promise<{ ok: boolean; errno: number | null }>
}

const PACKET = '64M'
/** The end of what a program said; its texts may carry values, so only an error's number is taken from it. */
const KEPT_CHARS = 4000

const DUMP = [
  '--single-transaction',
  '--quick',
  '--hex-blob',
  '--order-by-primary',
  '--comments',
  '--skip-dump-date',
  '--no-tablespaces',
  '--no-autocommit',
  '--default-character-set=utf8mb4',
  `--max-allowed-packet=${PACKET}`,
  '--net-buffer-length=1M',
]
const CLIENT = ['--batch', '--default-character-set=utf8mb4', `--max-allowed-packet=${PACKET}`]

const quoted = (text: string) => `"${text.replace(/(["\\])/g, '\\$1')}"`

/** Address and password for the program, in a file only we can read: on its command line everyone could. */
async function optionsFile(url: string): Promise<{ dir: string; file: string }> {
  const at = new URL(url)
  const dir = await mkdtemp(join(tmpdir(), 'clinic-db-'))
  const file = join(dir, 'client.cnf')
  const lines = [
    '[client]',
    `host=${quoted(at.hostname)}`,
    `port=${at.port || '3306'}`,
    `user=${quoted(decodeURIComponent(at.username))}`,
    `password=${quoted(decodeURIComponent(at.password))}`,
    'protocol=tcp',
    '',
  ]
  await chmod(dir, 0o700)
  await writeFile(file, lines.join('\n'), { mode: 0o600 })
  return { dir, file }
}

async function start(
  config: Config,
  name: 'mariadb-dump' | 'mariadb',
  url: string,
  args: string[],
  signal: AbortSignal,
): Promise<Running> {
  const { dir, file } = await optionsFile(url)
  const path = config.BACKUP_TOOLS_DIR === undefined ? name : join(config.BACKUP_TOOLS_DIR, name)
  const child = spawn(path, [`--defaults-file=${file}`, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (part) => (said = (said + part).slice(-KEPT_CHARS)))
  // who reads or feeds it learns of its end by `ended`
  child.stdin.on('error', () => undefined)
  const kill = () => void child.kill('SIGKILL')
  const ended = new Promise<{ ok: boolean; errno: number | null }>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new AppError('backup/program-missing', { detail: `${name} was not found.` })
          : error,
      ),
    )
    child.once('close', (code) => {
      const errno = /error:? (\d{4})/i.exec(said)?.[1]
      resolve({ ok: code === 0, errno: errno === undefined ? null : Number(errno) })
    })
  }).finally(() => {
    signal.removeEventListener('abort', kill)
    return rm(dir, { recursive: true, force: true })
  })
  ended.catch(() => undefined) // looked at when its output has been read
  if (signal.aborted) kill()
  else signal.addEventListener('abort', kill, { once: true })
  return { child, ended }
}

/** Starts a dump of a whole database in one snapshot; it comes on `child.stdout`. An abort kills it. */
export function startDump(
  config: Config,
  url: string,
  database: string,
  signal: AbortSignal,
): Promise<Running> {
  return start(config, 'mariadb-dump', url, [...DUMP, database], signal)
}

/** Starts a client that carries out the SQL written to `child.stdin` in a database. An abort kills it. */
export function startClient(
  config: Config,
  url: string,
  database: string,
  signal: AbortSignal,
): Promise<Running> {
  return start(config, 'mariadb', url, [...CLIENT, database], signal)
}
