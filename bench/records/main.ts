// How fast visits, prescriptions, payments and a price list get in, against LOAD DATA of the same rows into the same
// tables, one after the other in each round; and what that costs in memory. Options: --kind= --rows= --rounds=
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connectDatabase, type Knex } from '../../shared/db/connect.ts'
import { closeDeps, type Deps } from '../../shared/deps.ts'
import { closeQueues, type JobQueues, openQueues } from '../../shared/jobs/queues.ts'
import { requestOperation } from '../../shared/operations/commands.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { newId } from '../../shared/units/ids.ts'
import { ended } from '../lib/operations.ts'
import { cpuSecondsOf, peakRssOf } from '../lib/process.ts'
import { type Figure, median, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'
import { KINDS, type Kind, storeReferred, writeOldPrices, writeRows } from './files.ts'
import { emptyKind, loadLimit, settle, takeDown } from './limit.ts'

const { values } = parseArgs({
  options: {
    kind: { type: 'string' },
    rows: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    /** Nothing but one import of the kind: what it takes of memory. */
    'import-only': { type: 'boolean', default: false },
  },
  strict: false,
})
const ROWS = Number(values.rows)
const ROUNDS = Number(values.rounds)
const ASKED = values.kind === undefined ? KINDS : KINDS.filter((kind) => kind === values.kind)
const IMPORT_ONLY = values['import-only'] === true
const NAME = ['records', ...(IMPORT_ONLY ? [ASKED.join('-'), String(ROWS)] : [])].join('-')
/** Of LOAD DATA, the share that an import must reach; a price list merely has to find what differs. */
const SHARE: Readonly<Record<Kind, number>> = {
  visits: 0.6,
  prescriptions: 0.6,
  payments: 0.6,
  medications: 1,
}
const MOST_PRICES = 100_000
const RSS_LIMIT_MB = 220
const MB = 1024 * 1024

interface Bench {
  deps: Deps
  queues: JobQueues
  worker: TestProcess
  admin: Knex
  /** Pid of the database server, which runs on this machine. */
  server: number
  dir: string
}

const rowsOf = (kind: Kind) => (kind === 'medications' ? Math.min(ROWS, MOST_PRICES) : ROWS)

/** Imports a file through the job queue and a worker process. */
async function importOnce({ deps, queues, worker, server }: Bench, kind: Kind, csv: string) {
  const path = join(deps.config.DATA_DIR, 'uploads', newId())
  mkdirSync(join(deps.config.DATA_DIR, 'uploads'), { recursive: true })
  copyFileSync(csv, path)
  const file = { name: `${kind}.csv`, bytes: statSync(csv).size, sha256: '0'.repeat(64), path }
  const options = kind === 'medications' ? { onDuplicate: 'update' } : {}
  const cpuBefore = cpuSecondsOf(worker.pid)
  const serverBefore = cpuSecondsOf(server)
  const startedAt = performance.now()
  const request = { type: 'import' as const, kind, params: { options }, file }
  const { row } = await requestOperation(deps, queues, request, { principal: null })
  const { counts } = await ended(deps, row.id)
  const tookS = (performance.now() - startedAt) / 1000
  const cpuS = cpuSecondsOf(worker.pid) - cpuBefore
  return { tookS, cpuS, serverCpuS: cpuSecondsOf(server) - serverBefore, counts }
}

/** Everything that the rows refer to is stored; of a price list also the prices before. */
async function prepare(bench: Bench, kind: Kind): Promise<void> {
  await emptyKind(bench.admin, kind)
  if (kind === 'medications') await importOnce(bench, kind, join(bench.dir, 'old-prices.csv'))
}

/** Rounds of a kind: the limit and the import by turns, of the very rows that a first import wrote. */
async function measure(bench: Bench, kind: Kind) {
  const { admin, dir } = bench
  const csv = join(dir, `${kind}.csv`)
  await writeRows(csv, kind, rowsOf(kind))
  if (kind === 'medications') await writeOldPrices(join(dir, 'old-prices.csv'), rowsOf(kind))
  await prepare(bench, kind)
  const first = await importOnce(bench, kind, csv)
  const files = await takeDown(admin, kind, dir)
  console.log(kind, JSON.stringify(first))
  const rounds = []
  for (let n = 1; n <= ROUNDS; n++) {
    await emptyKind(admin, kind)
    await settle(admin)
    const serverBefore = cpuSecondsOf(bench.server)
    const limitS = await loadLimit(admin, files)
    const limitServerCpuS = cpuSecondsOf(bench.server) - serverBefore
    await prepare(bench, kind)
    await settle(admin)
    const round = { limitS, limitServerCpuS, ...(await importOnce(bench, kind, csv)) }
    console.log(kind, JSON.stringify(round))
    rounds.push(round)
  }
  return rounds
}

type Rounds = Awaited<ReturnType<typeof measure>>

const rate = (kind: Kind, rounds: Rounds): Figure => ({
  name: `${kind} import`,
  measured: rowsOf(kind) / median(rounds.map(({ tookS }) => tookS)),
  limit: (SHARE[kind] * rowsOf(kind)) / median(rounds.map(({ limitS }) => limitS)),
  unit: 'rows/s',
  atLeast: true,
})

const memory = (worker: TestProcess): Figure => ({
  name: 'worker peak RSS',
  measured: peakRssOf(worker.pid) / MB,
  limit: RSS_LIMIT_MB,
  unit: 'MB',
})

async function measureAll(bench: Bench): Promise<boolean> {
  await storeReferred(bench.admin, ROWS)
  // prescriptions and payments are for visits
  if (!ASKED.includes('visits') && ASKED.some((kind) => kind !== 'medications')) {
    await writeRows(join(bench.dir, 'visits.csv'), 'visits', ROWS)
    await importOnce(bench, 'visits', join(bench.dir, 'visits.csv'))
  }
  if (IMPORT_ONLY) {
    const raw: Record<string, unknown> = { rows: ROWS }
    for (const kind of ASKED) {
      await writeRows(join(bench.dir, `${kind}.csv`), kind, ROWS)
      raw[kind] = await importOnce(bench, kind, join(bench.dir, `${kind}.csv`))
    }
    return report(NAME, [memory(bench.worker)], raw)
  }
  const figures: Figure[] = []
  const raw: Record<string, unknown> = { rows: ROWS }
  for (const kind of ASKED) {
    const rounds = await measure(bench, kind)
    figures.push(rate(kind, rounds))
    raw[kind] = rounds
  }
  return report(NAME, [...figures, memory(bench.worker)], raw)
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
const worker = await startProcess('worker', benchEnv(deps.config, { CLINIC_FIRST: 'off' }))
try {
  await worker.ready()
  const [[{ path }]] = (await admin.raw('select @@pid_file as path')) as [[{ path: string }]]
  const server = Number(readFileSync(path, 'utf8'))
  const dir = deps.config.DATA_DIR
  process.exitCode = (await measureAll({ deps, queues, worker, admin, server, dir })) ? 0 : 1
} finally {
  await worker.stop()
  await admin.destroy()
  await closeQueues(queues)
  await closeDeps(deps)
}
