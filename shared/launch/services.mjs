// MariaDB and two Redis for one DATA_DIR: those the environment names, else private ones, found or brought up.
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { binariesHelp, mariadbPrograms, redisProgram } from './binaries.mjs'
import { dockerAnswers, dockerMariadb, dockerRedis, removeContainer } from './docker-servers.mjs'
import { fault } from './env.mjs'
import { withLock } from './lock.mjs'
import { mariadbAnswers, mariadbUrl, startMariadb } from './mariadb.mjs'
import { redisAnswers, redisUrl, startRedis } from './redis.mjs'
import { endProcess, isOurs } from './run.mjs'
import { otherUsers, readState, self, writeState } from './state.mjs'

/**
 * Finds or brings up the services of `dataDir`. Several processes may use one set (`npm start` and a command beside
 * it): the last one that calls `stop()` ends the servers; users that died count as gone, so what a SIGKILL left is
 * adopted. `keep` leaves them running for the next caller. `env` may name own servers (DATABASE_URL,
 * MIGRATE_DATABASE_URL, REDIS_URL, CACHE_REDIS_URL).
 * Resolves `{databaseUrl, migrateDatabaseUrl, redisUrl, cacheRedisUrl, toolsDir, stop}`.
 */
export async function startServices({ dataDir, env = process.env, keep = false }) {
  const wanted = {
    mariadb: !env.DATABASE_URL,
    jobs: !env.REDIS_URL,
    cache: !env.CACHE_REDIS_URL,
  }
  const names = Object.keys(wanted).filter((name) => wanted[name])
  if (env.NODE_ENV === 'production' && names.length > 0) {
    throw fault(
      'NODE_ENV=production: private servers are for development. Set DATABASE_URL, REDIS_URL and CACHE_REDIS_URL.',
      78,
    )
  }
  const lock = path.join(dataDir, 'services.lock')
  const state = await withLock(lock, async () => {
    const passwords = passwordsOf(dataDir)
    await Promise.all(names.map((name) => ensure(name, dataDir, passwords)))
    const current = readState(dataDir)
    const users = keep ? otherUsers(current) : [...otherUsers(current), self()]
    return writeState(dataDir, { users, kept: keep || Boolean(current.kept) })
  })
  return {
    ...urlsOf(state, env),
    toolsDir: state.services?.mariadb?.toolsDir ?? null,
    stop: () => withLock(lock, () => leave(dataDir)),
  }
}

/** The URLs under which the recorded services are reached, those of the environment first. */
export function urlsOf({ services = {}, passwords = {} }, env = {}) {
  const { mariadb, jobs, cache } = services
  return {
    databaseUrl: env.DATABASE_URL || (mariadb && mariadbUrl(mariadb, 'clinic', passwords.app)),
    migrateDatabaseUrl:
      env.MIGRATE_DATABASE_URL ||
      env.DATABASE_URL ||
      (mariadb && mariadbUrl(mariadb, 'clinic_migrate', passwords.migrate)),
    redisUrl: env.REDIS_URL || (jobs && redisUrl(jobs, passwords.redis)),
    cacheRedisUrl: env.CACHE_REDIS_URL || (cache && redisUrl(cache, passwords.redis)),
  }
}

/** Ends the services of a folder whoever uses them. */
export function stopServices(dataDir) {
  return withLock(path.join(dataDir, 'services.lock'), () => endAll(dataDir))
}

/** A user leaves; the last one ends the servers, unless they are kept. */
async function leave(dataDir) {
  const users = otherUsers(readState(dataDir))
  const { kept } = writeState(dataDir, { users })
  if (users.length === 0 && !kept) await endAll(dataDir)
}

async function endAll(dataDir) {
  const { services = {} } = readState(dataDir)
  await Promise.all(Object.values(services).map((record) => endRecorded(record, dataDir)))
  writeState(dataDir, { services: {}, users: [], kept: false })
}

async function endRecorded(record, dataDir) {
  if (record.container) await removeContainer(record.container)
  else if (isOurs(record.pid, dataDir)) await endProcess(record.pid)
}

function passwordsOf(dataDir) {
  const secret = () => randomBytes(18).toString('hex')
  const known = readState(dataDir).passwords
  const passwords = known ?? { root: secret(), migrate: secret(), app: secret(), redis: secret() }
  if (!known) writeState(dataDir, { passwords })
  return passwords
}

const KINDS = {
  mariadb: {
    answers: (record, passwords) => mariadbAnswers(mariadbUrl(record, 'clinic_migrate', passwords.migrate)),
    programs: mariadbPrograms,
    start: (options) => startMariadb({ ...options, dir: path.join(options.dataDir, 'mariadb') }),
    docker: dockerMariadb,
  },
  jobs: redisKind('jobs'),
  cache: redisKind('cache'),
}

function redisKind(kind) {
  return {
    answers: (record, passwords) => redisAnswers(redisUrl(record, passwords.redis)),
    programs: redisProgram,
    start: ({ dataDir, passwords, programs, lastPort, onSpawn }) => {
      const dir = path.join(dataDir, `redis-${kind}`)
      return startRedis({ kind, dir, password: passwords.redis, program: programs, lastPort, onSpawn })
    },
    docker: ({ dataDir, passwords }) => dockerRedis({ dataDir, kind, password: passwords.redis }),
  }
}

/** One service: the recorded one if it answers, else a new one. */
async function ensure(name, dataDir, passwords) {
  const kind = KINDS[name]
  const record = readState(dataDir).services?.[name]
  if (record && (await kind.answers(record, passwords))) return
  if (record) await endRecorded(record, dataDir)
  const note = (change) => {
    const { services, ports } = readState(dataDir)
    writeState(dataDir, {
      services: { ...services, [name]: change },
      ports: { ...ports, [name]: change.port },
    })
  }
  const programs = await kind.programs()
  if (programs) {
    const { toolsDir } = programs
    const onSpawn = (started) => note({ ...started, toolsDir })
    const lastPort = readState(dataDir).ports?.[name]
    await kind.start({ dataDir, passwords, programs, lastPort, onSpawn })
  } else if (dockerAnswers()) {
    note(await kind.docker({ dataDir, passwords }))
  } else {
    throw fault(binariesHelp)
  }
}
