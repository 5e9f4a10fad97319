import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { CLINIC_ZONE, isZone } from '../units/dates.ts'

const MIN_SECRET_CHARS = 12
const DEFAULT_SECRETS = /^(changeme|change-me|password|secret|admin|clinic|test|default|example)/i

const int = (fallback: number, min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(min).max(max).default(fallback)

const url = (protocols: string[]) =>
  z.string().refine((value) => protocols.some((p) => value.startsWith(`${p}://`)) && URL.canParse(value), {
    message: `must be a ${protocols[0]}:// address`,
  })

/** Every setting of the system, with its default; `docs` and `.env.example` are generated from this table. */
export const settings = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  PORT: int(8080, 0, 65535),
  HOST: z.string().default('127.0.0.1'),
  INTERNAL_PORT: int(0, 0, 65535),
  WORKER_PORT: int(0, 0, 65535),
  PUBLIC_URL: url(['http', 'https']).optional(),
  TRUST_PROXY: int(0, 0, 5),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    ),
  DATABASE_URL: url(['mysql', 'mariadb']),
  MIGRATE_DATABASE_URL: url(['mysql', 'mariadb']).optional(),
  REDIS_URL: url(['redis', 'rediss']),
  CACHE_REDIS_URL: url(['redis', 'rediss']),
  DATA_DIR: z.string().default('.data'),
  DB_POOL_MAX: int(50, 1, 200),
  WORKER_DB_POOL_MAX: int(10, 2, 200),
  DB_CONNECT_TIMEOUT_MS: int(10_000, 100),
  DB_IDLE_TIMEOUT_MS: int(60_000, 100),
  RATE_LIMIT_GENERAL_PER_HOUR: int(1000, 0),
  RATE_LIMIT_AUTH_PER_MINUTE: int(20, 0),
  RATE_LIMIT_HEAVY_PER_HOUR: int(100, 0),
  REQUEST_TIMEOUT_MS: int(30_000, 100),
  SSE_MAX_AGE_MS: int(3_600_000, 1000),
  SSE_HEARTBEAT_MS: int(30_000, 100),
  SSE_RETRY_MS: int(5_000, 100),
  UPLOAD_MAX_BYTES: int(2 * 1024 ** 3, 1024),
  SESSION_IDLE_MIN: int(30, 1),
  SESSION_MAX_H: int(12, 1),
  TZ_CLINIC: z.string().refine(isZone, 'must be a time zone such as Asia/Kuala_Lumpur').default(CLINIC_ZONE),
  INITIAL_ADMIN_PASSWORD: z.string().optional(),
  DATA_KEY_FILE: z.string().optional(),
  SIGNING_KEY_FILE: z.string().optional(),
  BACKUP_KEY_FILE: z.string().optional(),
  BACKUP_DATABASE_URL: url(['mysql', 'mariadb']).optional(),
  BACKUP_TOOLS_DIR: z.string().optional(),
  BACKUP_KEEP_DAYS: int(30, 1, 3650),
  BACKUP_KEEP_COUNT: int(14, 1, 1000),
  BACKUP_OFFSITE_DIR: z.string().optional(),
  BACKUP_OFFSITE_COMMAND: z.string().optional(),
  SMTP_URL: url(['smtp', 'smtps']).optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^\s<>,]+@[^\s<>,]+$|^[^<>,\r\n]+ <[^\s<>,]+@[^\s<>,]+>$/, 'must be an address')
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http', 'https']).optional(),
  WORKER_CONCURRENCY: int(2, 1, 32),
  IMPORT_CHUNK_ROWS: int(8000, 100, 50_000),
  IMPORT_LOAD: z.enum(['auto', 'insert']).default('auto'),
  CLINIC_FIRST: z.enum(['on', 'off']).default('on'),
  QUIET_HOURS: z
    .string()
    .regex(/^\d{2}:\d{2}-\d{2}:\d{2}$/, 'must look like 22:00-06:00')
    .optional(),
})

/** Settings that hold passwords. */
export const URLS_WITH_SECRETS = [
  'DATABASE_URL',
  'MIGRATE_DATABASE_URL',
  'BACKUP_DATABASE_URL',
  'REDIS_URL',
  'CACHE_REDIS_URL',
  'SMTP_URL',
] as const

/** The settings of one process, checked. Times in the unit the name ends in. */
export type Config = z.infer<typeof settings>

/** All faults of the settings at once, each naming its setting. */
export class ConfigError extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(`The settings have ${faults.length} fault(s):\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

type Env = Record<string, string | undefined>

/** Reads `X_FILE` into `X` for each known setting that has no value of its own (secrets from files). */
function withFiles(env: Env, faults: string[]): Env {
  const out: Env = { ...env }
  for (const name of Object.keys(settings.shape)) {
    const file = env[`${name}_FILE`]
    if (file === undefined || `${name}_FILE` in settings.shape || out[name] !== undefined) continue
    if (existsSync(file)) out[name] = readFileSync(file, 'utf8').trimEnd()
    else faults.push(`${name}_FILE: no such file`)
  }
  return out
}

function productionFaults(config: Config): string[] {
  const faults: string[] = []
  for (const name of ['DATA_KEY_FILE', 'SIGNING_KEY_FILE'] as const) {
    if (config[name] === undefined) faults.push(`${name}: required in production`)
  }
  const password = config.INITIAL_ADMIN_PASSWORD
  if (password !== undefined && (password.length < MIN_SECRET_CHARS || DEFAULT_SECRETS.test(password))) {
    faults.push('INITIAL_ADMIN_PASSWORD: too short or a default one')
  }
  for (const name of URLS_WITH_SECRETS) {
    // a mail server's passwords are its owner's to make
    if (name === 'SMTP_URL') continue
    const secret = decodeURIComponent(new URL(config[name] ?? 'none:').password)
    if (secret !== '' && (secret.length < MIN_SECRET_CHARS || DEFAULT_SECRETS.test(secret))) {
      faults.push(`${name}: its password is too short or a default one`)
    }
  }
  return faults
}

/** Checks an environment and returns the typed settings. Throws {@link ConfigError} naming every fault. */
export function parseConfig(env: Env): Config {
  const faults: string[] = []
  const given = Object.fromEntries(Object.entries(withFiles(env, faults)).filter(([, value]) => value !== ''))
  const parsed = settings.safeParse(given)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = issue.path.join('.')
      faults.push(`${name}: ${given[name] === undefined ? 'is not set' : issue.message}`)
    }
  } else if (parsed.data.NODE_ENV === 'production') faults.push(...productionFaults(parsed.data))
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults)
  return { ...parsed.data, DATA_DIR: resolve(parsed.data.DATA_DIR) }
}

function readDotEnv(path: string): Env {
  if (!existsSync(path)) return {}
  const lines = readFileSync(path, 'utf8').split(/\r?\n/)
  const pairs = lines.flatMap((line) => {
    const match = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line)
    return match ? [[match[1] as string, (match[2] as string).replace(/^(["'])(.*)\1$/, '$2')] as const] : []
  })
  return Object.fromEntries(pairs)
}

const EXIT_CONFIG = 78

/** Checks an environment; `keys` are files that this kind of process needs in production beside those all need. */
function parseFor(env: Env, keys: readonly KeyFile[]): Config {
  const config = parseConfig(env)
  const missing = keys.filter((name) => config.NODE_ENV === 'production' && config[name] === undefined)
  if (missing.length > 0) throw new ConfigError(missing.map((name) => `${name}: required in production`))
  return config
}

/**
 * The settings of this process from its environment and `.env`; ends the process with status 78 when they are wrong.
 * `keys` names key files that only some kinds of process are given, and need.
 */
export function loadConfig(keys: readonly KeyFile[] = []): Config {
  try {
    return parseFor({ ...readDotEnv('.env'), ...process.env }, keys)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(EXIT_CONFIG)
  }
}

const KEY_BYTES = 32

export type KeyFile = 'DATA_KEY_FILE' | 'SIGNING_KEY_FILE' | 'BACKUP_KEY_FILE'

/** Where a key lies or would lie. */
export const keyPath = (config: Config, name: KeyFile): string =>
  config[name] ?? join(config.DATA_DIR, 'keys', name.toLowerCase())

/** Where a key lies; outside production a random one is made once and kept in `DATA_DIR/keys`. */
function keyFile(config: Config, name: KeyFile): string {
  const file = config[name]
  if (file !== undefined) return file
  const dir = join(config.DATA_DIR, 'keys')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const path = keyPath(config, name)
  try {
    writeFileSync(path, randomBytes(KEY_BYTES).toString('base64'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return path
}

/** The 32-byte keys of a file, one a line: the present one first, behind it those that older secrets are still under. */
export function readKeys(config: Config, name: KeyFile): Buffer[] {
  const lines = readFileSync(keyFile(config, name), 'utf8').trim().split(/\s+/)
  return lines.map((line) => Buffer.from(line, 'base64'))
}

/** The present 32-byte key of a file. */
export const readKey = (config: Config, name: KeyFile): Buffer => readKeys(config, name)[0] as Buffer
