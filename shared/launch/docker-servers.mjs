// Last resort where no server program is at hand: the same servers as containers, on loopback ports.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fault, sleep } from './env.mjs'
import { DATABASE, mariadbAnswers, mariadbUrl } from './mariadb.mjs'
import { REDIS_KINDS, redisAnswers, redisUrl } from './redis.mjs'
import { run } from './run.mjs'

const MARIADB_IMAGE = 'mariadb:10.11'
const REDIS_IMAGE = 'redis:7'
const ENGINE_ANSWERS_WITHIN_MS = 5_000
const READY_WITHIN_MS = 120_000
const POLL_MS = 250

/** Whether a Docker engine answers. */
export function dockerAnswers() {
  const { status } = spawnSync('docker', ['info'], { stdio: 'ignore', timeout: ENGINE_ANSWERS_WITHIN_MS })
  return status === 0
}

const nameOf = (dataDir, what) =>
  `clinic-${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}-${what}`

/** Removes one of our containers; its volume, where it has one, stays. */
export const removeContainer = (container) =>
  run('docker', ['rm', '-f', container], { quiet: true, mayFail: true })

/** A MariaDB container with the accounts of the private server. Resolves `{container, port}`. */
export async function dockerMariadb({ dataDir, passwords }) {
  const container = nameOf(dataDir, 'mariadb')
  await removeContainer(container)
  const env = ['-e', `MARIADB_ROOT_PASSWORD=${passwords.root}`, '-e', `MARIADB_DATABASE=${DATABASE}`]
  const volume = ['-v', `${container}:/var/lib/mysql`]
  const settings = ['--local-infile=1', '--character-set-server=utf8mb4', '--query-cache-size=0']
  const server = [
    '--collation-server=utf8mb4_unicode_ci',
    '--max-connections=200',
    '--default-time-zone=+00:00',
  ]
  const start = ['run', '-d', '--name', container, '-p', '127.0.0.1::3306', ...env, ...volume, MARIADB_IMAGE]
  await run('docker', [...start, ...settings, ...server], { quiet: true })
  const port = await publishedPort(container, 3306)
  const rootUrl = mariadbUrl({ port }, 'root', passwords.root)
  await until(() => mariadbAnswers(rootUrl), container)
  const { default: mysql } = await import('mysql2/promise')
  const connection = await mysql.createConnection({ uri: rootUrl })
  try {
    for (const [account, password] of [
      ['clinic', passwords.app],
      ['clinic_migrate', passwords.migrate],
    ]) {
      await connection.query(`CREATE OR REPLACE USER '${account}'@'%' IDENTIFIED BY '${password}'`)
    }
    await connection.query(
      `GRANT ALL PRIVILEGES ON \`${DATABASE}%\`.* TO 'clinic_migrate'@'%' WITH GRANT OPTION`,
    )
    await connection.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON \`${DATABASE}\`.* TO 'clinic'@'%'`)
  } finally {
    await connection.end()
  }
  return { container, port }
}

/** A Redis container of a kind (`jobs` or `cache`). Resolves `{container, port}`. */
export async function dockerRedis({ dataDir, kind, password }) {
  const container = nameOf(dataDir, `redis-${kind}`)
  await removeContainer(container)
  const options = [...REDIS_KINDS[kind], `requirepass ${password}`].flatMap((line) => {
    const [name, ...value] = line.split(' ')
    return [`--${name}`, value.join(' ')]
  })
  const volume = kind === 'jobs' ? ['-v', `${container}:/data`] : []
  const start = ['run', '-d', '--name', container, '-p', '127.0.0.1::6379', ...volume, REDIS_IMAGE]
  await run('docker', [...start, 'redis-server', '--save', '', ...options], { quiet: true })
  const port = await publishedPort(container, 6379)
  await until(() => redisAnswers(redisUrl({ port }, password)), container)
  return { container, port }
}

async function publishedPort(container, inner) {
  const { output } = await run('docker', ['port', container, String(inner)], { quiet: true })
  return Number(/:(\d+)\s*$/m.exec(output)?.[1])
}

async function until(answers, container) {
  for (let waitedMs = 0; !(await answers()); waitedMs += POLL_MS) {
    if (waitedMs > READY_WITHIN_MS) throw fault(`The container ${container} did not become ready.`)
    await sleep(POLL_MS)
  }
}
