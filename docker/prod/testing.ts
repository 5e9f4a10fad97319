import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import { freePort, runCommand, startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { ROOT, readCompose, type Service } from '../testing.ts'

type Env = Record<string, string>

interface Programs {
  server: string
  installer: string
  args: string[]
  installerArgs: string[]
  env: Env
  toolsDir: string | null
}

const launch = (file: string) => import(new URL(`../../shared/launch/${file}`, import.meta.url).href)

/** A folder of unpacked Debian packages (`proxy`, `monitoring`, `compose`) and the environment its programs need. */
export async function toolSet(name: string): Promise<{ dir: string; env: Env }> {
  const packages = (await launch('packages.mjs')) as {
    unpackSet(name: string): Promise<string>
    libraryEnv(dir: string): Env
  }
  const dir = await packages.unpackSet(name)
  return { dir, env: packages.libraryEnv(dir) }
}

/** A process started by a test, with what it printed. */
export interface Spawned {
  child: ChildProcess
  output(): string
  ended: Promise<number>
  stop(signal?: NodeJS.Signals): Promise<void>
}

const living = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

/** Starts a program; `stop` ends it, by force after ten seconds. */
export function start(file: string, args: string[], env: Env, cwd = tmpdir()): Spawned {
  const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  living.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part))
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      output += String(error)
      resolve(-1)
    })
    child.once('close', (code) => resolve(code ?? -1))
  }).finally(() => living.delete(child))
  return {
    child,
    ended,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Waits until `look` answers true; fails with what the process printed when it ends or takes too long. */
export async function until(what: string, look: () => Promise<boolean>, of?: Spawned, withinMs = 30_000) {
  let over = false
  void of?.ended.then(() => (over = true))
  for (const startMs = Date.now(); !(await look().catch(() => false)); await sleep(50)) {
    if (over || Date.now() - startMs > withinMs)
      throw new Error(`${what}: not reached\n${of?.output() ?? ''}`)
  }
}

/** The production system on this machine: the compose file's configuration, secrets and accounts, without an engine. */
export interface ProductionSystem {
  dir: string
  /** Files as containers see them under /run/secrets. */
  secrets: string
  ports: { mysql: number; redis: number; 'redis-cache': number }
  api: TestProcess
  worker: TestProcess
  /** What a service of the compose file would have as its environment. */
  envOf(service: string, extra?: Env): Env
  /** A connection of one of the accounts; `root` comes through the socket. */
  connect(account: string): Promise<mysql.Connection>
  secret(name: string): string
  slowLog: string
  stop(): Promise<void>
}

const inCompose = /@(mysql|redis|redis-cache):\d+/

/** Fills `${NAME:-default}` as compose does when `.env` says nothing. */
const interpolate = (text: string): string =>
  text.replace(/\$\{\w+(?::-([^}]*))?\}/g, (_, fallback = '') => fallback)

async function makeSecrets(dir: string, ports: ProductionSystem['ports']): Promise<string> {
  const made = join(dir, 'secrets')
  const { code, stderr } = await runCommand(['secrets:generate', '--dir', made], {})
  if (code !== 0) throw new Error(stderr)
  const seen = join(dir, 'run-secrets')
  mkdirSync(seen)
  const { secrets } = await readCompose()
  for (const [name, { file }] of Object.entries(secrets)) {
    const text = readFileSync(join(made, file.slice(file.lastIndexOf('/') + 1)), 'utf8')
    const here = text.replace(inCompose, (_, host: keyof typeof ports) => `@127.0.0.1:${ports[host]}`)
    writeFileSync(join(seen, name), here, { mode: 0o600 })
  }
  return seen
}

const asRoot = () => (process.getuid?.() === 0 ? ['--user=root'] : [])

/** The server with docker/mysql/clinic.cnf; only places and the port differ. */
async function startMysql(dir: string, port: number, secrets: string) {
  const { mariadbPrograms } = (await launch('binaries.mjs')) as { mariadbPrograms(): Promise<Programs> }
  const programs = await mariadbPrograms()
  const data = join(dir, 'mysql')
  const socket = join(dir, 'mysql.sock')
  const env = { ...programs.env, PATH: `${programs.toolsDir ?? ''}:${process.env.PATH ?? ''}` } as Env
  mkdirSync(join(dir, 'no-files'))
  const options = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
  const install = ['--no-defaults', ...programs.installerArgs, `--datadir=${data}`, ...options, ...asRoot()]
  const made = spawnSync(programs.installer, install, { env, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr + made.stdout)
  const server = start(
    programs.server,
    [
      `--defaults-file=${ROOT}docker/mysql/clinic.cnf`,
      ...programs.args,
      ...[`--datadir=${data}`, `--socket=${socket}`, `--pid-file=${dir}/mysql.pid`, `--port=${port}`],
      `--secure-file-priv=${join(dir, 'no-files')}`,
      ...['--bind-address=127.0.0.1', `--slow-query-log-file=${dir}/slow.log`, ...asRoot()],
    ],
    env,
  )
  const client = (sql: string) =>
    spawnSync('mariadb', ['--no-defaults', `--socket=${socket}`, '-u', 'root', 'mysql'], {
      env,
      encoding: 'utf8',
      input: sql,
    })
  await until('the database answers', async () => client('select 1').status === 0, server)
  // what the image's first start does
  const accounts = spawnSync('sh', [`${ROOT}docker/mysql/accounts.sh`], {
    env: { ...env, SECRETS_DIR: secrets },
    encoding: 'utf8',
  })
  if (accounts.status !== 0) throw new Error(accounts.stderr)
  for (const sql of [accounts.stdout, readFileSync(`${ROOT}docker/mysql/rights.sql`, 'utf8')]) {
    const done = client(sql)
    if (done.status !== 0) throw new Error(done.stderr)
  }
  return { server, socket }
}

/** Redis with a configuration of docker/redis; only places and the port differ. */
export async function startRedis(kind: 'jobs' | 'cache', dir: string, port: number, urlFile: string) {
  const { redisProgram } = (await launch('binaries.mjs')) as {
    redisProgram(): Promise<{ server: string; env: Env }>
  }
  const { redisAnswers } = (await launch('redis.mjs')) as { redisAnswers(url: string): Promise<boolean> }
  const program = await redisProgram()
  const home = join(dir, `redis-${kind}`)
  mkdirSync(home, { recursive: true })
  const server = start(
    'sh',
    [`${ROOT}docker/redis/start.sh`, kind, `port ${port}`, 'bind 127.0.0.1'],
    { ...program.env, REDIS_SERVER: program.server, REDIS_URL_FILE: urlFile, TMPDIR: home },
    home,
  )
  await until(`Redis ${kind}`, () => redisAnswers(readFileSync(urlFile, 'utf8').trim()), server)
  return server
}

/** Folder with redis-cli and the like when the servers are unpacked packages; '' when the machine has its own. */
export async function serverTools(): Promise<string> {
  const { mariadbPrograms } = (await launch('binaries.mjs')) as { mariadbPrograms(): Promise<Programs> }
  return (await mariadbPrograms()).toolsDir ?? ''
}

/** Brings everything up in the order of the compose file: servers, accounts, migrate, first rows, API and worker. */
export async function startProduction(extra: Env = {}): Promise<ProductionSystem> {
  const dir = mkdtempSync(join(tmpdir(), 'clinic-prod-'))
  chmodSync(dir, 0o755)
  const ports = { mysql: await freePort(), redis: await freePort(), 'redis-cache': await freePort() }
  const secrets = await makeSecrets(dir, ports)
  const compose = await readCompose()
  const envOf = (service: string, more: Env = {}): Env => {
    const { environment = {} } = compose.services[service] as Service
    const pairs = Object.entries(environment).map(([name, value]) => [
      name,
      interpolate(String(value)).replace('/run/secrets', secrets),
    ])
    return { ...Object.fromEntries(pairs), DATA_DIR: join(dir, 'data'), ...extra, ...more } as Env
  }
  const { server, socket } = await startMysql(dir, ports.mysql, secrets)
  const redis = await Promise.all([
    startRedis('jobs', dir, ports.redis, join(secrets, 'redis_url')),
    startRedis('cache', dir, ports['redis-cache'], join(secrets, 'cache_redis_url')),
  ])
  await cli(['migrate'], envOf('migrate'))
  await cli(['fixtures:load', 'medications'], envOf('api'))
  await cli(['users:create-initial'], envOf('api'))
  const [api, worker] = await Promise.all([
    startProcess('api', envOf('api', { HOST: '127.0.0.1' })),
    startProcess('worker', envOf('worker', { HOST: '127.0.0.1' })),
  ])
  await Promise.all([api.ready(), worker.ready()])
  const secret = (name: string) => readFileSync(join(secrets, name), 'utf8').trim()
  return {
    dir,
    secrets,
    ports,
    api,
    worker,
    envOf,
    secret,
    slowLog: join(dir, 'slow.log'),
    connect: (account) =>
      account === 'root'
        ? mysql.createConnection({ socketPath: socket, user: 'root' })
        : mysql.createConnection({ uri: secret(`database_url_${account}`) }),
    async stop() {
      await Promise.all([api.stop(), worker.stop()])
      await Promise.all([server, ...redis].map((each) => each.stop()))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Runs a command of the command line as `exec api node dist/workers/cli/main.js …` would; fails when it does. */
export async function cli(args: string[], env: Env): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, env)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}\n${stdout}${stderr}`)
  return stdout
}
