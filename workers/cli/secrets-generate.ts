import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { type Command, CommandFailed, EXIT, readArgs } from './command.ts'

const KEY_BYTES = 32
const PASSWORD_BYTES = 24
/**
 * The folder is closed to everyone but its owner, and that is what protects the files on the machine. The files
 * themselves can be read by all, because compose hands each one alone into containers whose users are other than ours.
 */
const FOLDER_MODE = 0o700
const FILE_MODE = 0o444

const key = () => randomBytes(KEY_BYTES).toString('base64')
const password = () => randomBytes(PASSWORD_BYTES).toString('base64url')
const databaseUrl =
  (account: string, database = 'clinic') =>
  () =>
    `mysql://${account}:${password()}@mysql:3306/${database}`
const redisUrl = (host: string) => () => `redis://:${password()}@${host}:6379/0`

interface Secret {
  file: string
  make(): string
  /** Setting that reads the file when the system runs without compose. */
  setting?: string
}

/** Everything that production keeps secret; docker-compose.prod.yml names the same files. */
const SECRETS: readonly Secret[] = [
  { file: 'data-key', make: key, setting: 'DATA_KEY_FILE' },
  { file: 'signing-key', make: key, setting: 'SIGNING_KEY_FILE' },
  { file: 'backup-key', make: key, setting: 'BACKUP_KEY_FILE' },
  { file: 'initial-admin-password', make: password, setting: 'INITIAL_ADMIN_PASSWORD_FILE' },
  { file: 'database-root-password', make: password },
  { file: 'database-url-api', make: databaseUrl('clinic_api') },
  { file: 'database-url-worker', make: databaseUrl('clinic_worker') },
  { file: 'database-url-migrate', make: databaseUrl('clinic_migrate') },
  { file: 'database-url-backup', make: databaseUrl('clinic_backup') },
  { file: 'database-url-metrics', make: databaseUrl('clinic_metrics', '') },
  { file: 'redis-url', make: redisUrl('redis') },
  { file: 'cache-redis-url', make: redisUrl('redis-cache') },
]

const inFolder = (dir: string, file: string): string => {
  const path = relative(process.cwd(), join(dir, file))
  return path.startsWith('..') ? join(dir, file) : `./${path}`
}

/** Makes the keys, addresses and passwords that production asks for; nothing that exists is ever replaced. */
export const command: Command = {
  summary:
    'make the keys and passwords that production requires, as files in a folder only its owner may enter',
  usage: '[--dir secrets]',
  async run(args) {
    const { values } = readArgs(args, { dir: { type: 'string', default: 'secrets' } })
    const dir = resolve(values.dir as string)
    mkdirSync(dir, { recursive: true, mode: FOLDER_MODE })
    chmodSync(dir, FOLDER_MODE)
    const present = SECRETS.filter(({ file }) => existsSync(join(dir, file)))
    if (present.length > 0) {
      const names = present.map(({ file }) => inFolder(dir, file)).join(', ')
      throw new CommandFailed(`exists already, nothing was written: ${names}`)
    }
    for (const { file, make } of SECRETS) {
      writeFileSync(join(dir, file), `${make()}\n`, { mode: FILE_MODE, flag: 'wx' })
    }
    console.log(`${SECRETS.length} files were made; keep a copy of the folder away from this machine`)
    console.log('# compose finds them by this line of .env:')
    console.log(`SECRETS_DIR=${dir}`)
    console.log('# and for Grafana:')
    console.log(`GRAFANA_PASSWORD=${password()}`)
    console.log('# without compose, settings for these files:')
    for (const { file, setting } of SECRETS) {
      if (setting !== undefined) console.log(`${setting}=${join(dir, file)}`)
    }
    return EXIT.ok
  },
}
