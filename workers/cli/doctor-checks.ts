import { access, constants, mkdir } from 'node:fs/promises'
import { type Config, loadConfig, readKey } from '../../shared/config/config.ts'
import { within } from '../../shared/ops/bounded.ts'
import { diskPercent, memoryPercent } from '../../shared/ops/resources.ts'
import { backupFindings } from './doctor-backups.ts'
import { databaseFindings } from './doctor-database.ts'
import { bad, type Finding, ok, warn } from './doctor-finding.ts'
import { mailFindings } from './doctor-mail.ts'
import { redisFindings } from './doctor-redis.ts'

type Check = (config: Config) => Promise<Finding[]>

const NODE_FLOOR = [20, 19] as const
const FULL_PERCENT = 90
const KEY_BYTES = 32
const CHECK_LIMIT_MS = 15_000

async function node(): Promise<Finding[]> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const enough = major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1])
  const floor = NODE_FLOOR.join('.')
  return [
    enough ? ok('Node', process.versions.node) : bad('Node', `${process.versions.node}, needs ${floor}`),
  ]
}

async function dataDir({ DATA_DIR }: Config): Promise<Finding[]> {
  try {
    await mkdir(DATA_DIR, { recursive: true })
    await access(DATA_DIR, constants.R_OK | constants.W_OK)
  } catch {
    return [bad('DATA_DIR', `${DATA_DIR} cannot be written; give this user the folder`)]
  }
  const percent = await diskPercent(DATA_DIR)
  const text = `${DATA_DIR}, disk ${percent} % full`
  return [percent >= FULL_PERCENT ? bad('DATA_DIR', `${text}: make room`) : ok('DATA_DIR', text)]
}

async function memory(): Promise<Finding[]> {
  const percent = await memoryPercent()
  const text = `${percent} % in use`
  return [percent >= FULL_PERCENT ? warn('memory', text) : ok('memory', text)]
}

async function keys(config: Config): Promise<Finding[]> {
  return (['DATA_KEY_FILE', 'SIGNING_KEY_FILE'] as const).map((name) => {
    try {
      const bytes = readKey(config, name).length
      if (bytes !== KEY_BYTES) return bad(name, `holds ${bytes} bytes, needs ${KEY_BYTES} in base64`)
      return ok(name, config[name] === undefined ? 'a random one kept in DATA_DIR' : 'readable')
    } catch {
      return bad(name, 'cannot be read; secrets:generate makes one')
    }
  })
}

const PARTS: readonly [string, Check][] = [
  ['Node', node],
  ['DATA_DIR', dataDir],
  ['memory', memory],
  ['keys', keys],
  ['database', databaseFindings],
  ['Redis', redisFindings],
  ['backups', backupFindings],
  ['SMTP_URL', mailFindings],
]

/** Runs all checks in turn; faulty settings end the process with status 78 and name themselves. */
export async function* examine(config: Config = loadConfig()): AsyncGenerator<Finding> {
  yield ok('settings', `complete (${config.NODE_ENV})`)
  for (const [name, check] of PARTS) {
    yield* await within(CHECK_LIMIT_MS, check(config)).catch(() => [bad(name, 'did not answer in time')])
  }
}
