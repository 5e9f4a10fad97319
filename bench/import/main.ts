// How fast a patient file gets in, against LOAD DATA of the same rows; and what that costs in memory.
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { connectDatabase, type Knex } from '../../shared/db/connect.ts'
import { closeDeps, type Deps } from '../../shared/deps.ts'
import { closeQueues, type JobQueues, openQueues } from '../../shared/jobs/queues.ts'
import { requestOperation } from '../../shared/operations/commands.ts'
import { findOperation } from '../../shared/operations/repository.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { newId } from '../../shared/units/ids.ts'
import { emptyPatients } from '../lib/patients.ts'
import { cpuSecondsOf, peakRssOf } from '../lib/process.ts'
import { type Figure, median, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'
import { EtaWatch, etaFigures } from './eta.ts'
import { loadLimit, prepareRows } from './limit.ts'
import { writePeople } from './people.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    /** Nothing but one import: what it takes of memory. */
    'import-only': { type: 'boolean', default: false },
    /** The import does without LOAD DATA, as where the server forbids it. */
    'no-infile': { type: 'boolean', default: false },
  },
  strict: false,
})
const ROWS = Number(values.rows)
const ROUNDS = Number(values.rounds)
const IMPORT_ONLY = values['import-only'] === true
const NO_INFILE = values['no-infile'] === true
const NAME = `import${NO_INFILE ? '-no-infile' : ''}${IMPORT_ONLY ? `-${ROWS}` : ''}`
/** Of LOAD DATA, the share that an import must reach. */
const FIRST_SHARE = NO_INFILE ? 0.5 : 0.7
const AGAIN_SHARE = 1.2
const RSS_LIMIT_BYTES = 220 * 1024 * 1024
const MB = 1024 * 1024
const LOOK_EVERY_MS = 50

/** The process of the database server, which runs on this machine. */
async function serverPid(admin: Knex): Promise<number> {
  const [[row]] = (await admin.raw('select @@pid_file as path')) as [[{ path: string }]]
  return Number(readFileSync(row.path, 'utf8'))
}

interface Bench {
  deps: Deps
  queues: JobQueues
  worker: TestProcess
  /** Pid of the database server. */
  server: number
}

/** Imports the file through the job queue and a worker process; answers the seconds from request to the end. */
async function importOnce({ deps, queues, worker, server }: Bench, csv: string) {
  const path = join(deps.config.DATA_DIR, 'uploads', newId())
  mkdirSync(join(deps.config.DATA_DIR, 'uploads'), { recursive: true })
  copyFileSync(csv, path)
  const file = { name: 'people.csv', bytes: statSync(csv).size, sha256: '0'.repeat(64), path }
  const cpuBefore = cpuSecondsOf(worker.pid)
  const serverBefore = cpuSecondsOf(server)
  const startedAt = performance.now()
  const request = { type: 'import' as const, kind: 'patients', params: { options: {} }, file }
  const watch = new EtaWatch()
  const { row } = await requestOperation(deps, queues, request, { principal: null })
  for (;;) {
    const now = await findOperation(deps.db, row.id)
    if (now !== undefined) watch.look(now)
    if (now?.status === 'completed') {
      const tookS = (performance.now() - startedAt) / 1000
      const cpuS = cpuSecondsOf(worker.pid) - cpuBefore
      const serverCpuS = cpuSecondsOf(server) - serverBefore
      return { tookS, cpuS, serverCpuS, counts: now.counts, eta: watch.sharesOf(tookS) }
    }
    if (now?.status === 'failed') throw new Error(`The import failed: ${JSON.stringify(now.error)}`)
    await sleep(LOOK_EVERY_MS)
  }
}

async function measure(bench: Bench, admin: Knex, dir: string) {
  const csv = join(dir, 'people.csv')
  await writePeople(csv, ROWS)
  const prepared = await prepareRows(csv, dir)
  const rounds = []
  for (let n = 1; n <= ROUNDS; n++) {
    await emptyPatients(admin)
    const serverBefore = cpuSecondsOf(bench.server)
    const limitS = await loadLimit(admin, prepared)
    const serverCpuLimitS = cpuSecondsOf(bench.server) - serverBefore
    await emptyPatients(admin)
    const first = await importOnce(bench, csv)
    const again = await importOnce(bench, csv)
    const round = {
      limitS,
      firstS: first.tookS,
      againS: again.tookS,
      cpuFirstS: first.cpuS,
      cpuAgainS: again.cpuS,
      serverCpuLimitS,
      serverCpuFirstS: first.serverCpuS,
      serverCpuAgainS: again.serverCpuS,
      eta: first.eta,
    }
    console.log(JSON.stringify({ ...round, first: first.counts, again: again.counts }))
    rounds.push(round)
  }
  return rounds
}

function speeds(rounds: Awaited<ReturnType<typeof measure>>, limit: number): Figure[] {
  const rate = (name: string, seconds: number[], share: number): Figure => ({
    name,
    measured: ROWS / median(seconds),
    limit: share * limit,
    unit: 'rows/s',
    atLeast: true,
  })
  return [
    rate(
      'first import',
      rounds.map((r) => r.firstS),
      FIRST_SHARE,
    ),
    rate(
      'second import',
      rounds.map((r) => r.againS),
      AGAIN_SHARE,
    ),
  ]
}

const memory = (worker: TestProcess): Figure => ({
  name: 'worker peak RSS',
  measured: peakRssOf(worker.pid) / MB,
  limit: RSS_LIMIT_BYTES / MB,
  unit: 'MB',
})

async function measureAll(bench: Bench, admin: Knex, dir: string): Promise<boolean> {
  if (IMPORT_ONLY) {
    const csv = join(dir, 'people.csv')
    await writePeople(csv, ROWS)
    const once = await importOnce(bench, csv)
    return report(NAME, [memory(bench.worker)], { rows: ROWS, ...once, rowsPerS: ROWS / once.tookS })
  }
  const rounds = await measure(bench, admin, dir)
  const limit = ROWS / median(rounds.map((round) => round.limitS))
  console.log(`LOAD DATA of the same rows: ${Math.round(limit)} rows/s`)
  const figures = [
    ...speeds(rounds, limit),
    memory(bench.worker),
    ...etaFigures(rounds.map(({ eta }) => eta)),
  ]
  return report(NAME, figures, { rows: ROWS, rounds, loadDataRowsPerS: limit })
}

const deps = await benchDeps()
const queues = openQueues(deps)
const admin = connectDatabase({
  url: deps.config.MIGRATE_DATABASE_URL ?? deps.config.DATABASE_URL,
  poolMax: 2,
  connectTimeoutMs: 5000,
  idleTimeoutMs: 60_000,
  statementTimeoutMs: 900_000,
  localInfile: true,
})
const worker = await startProcess(
  'worker',
  benchEnv(deps.config, {
    CLINIC_FIRST: 'off',
    IMPORT_LOAD: NO_INFILE ? 'insert' : 'auto',
  }),
)
try {
  await worker.ready()
  const ok = await measureAll(
    { deps, queues, worker, server: await serverPid(admin) },
    admin,
    deps.config.DATA_DIR,
  )
  process.exitCode = ok ? 0 : 1
} finally {
  await worker.stop()
  await admin.destroy()
  await closeQueues(queues)
  await closeDeps(deps)
}
