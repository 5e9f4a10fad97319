// How fast workbooks and FHIR lines get in, against merely parsing them and against the same rows as CSV; and what that
// costs in memory, in the worker and in the process that converts.
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
import { writePeople } from '../import/people.ts'
import { emptyPatients } from '../lib/patients.ts'
import { peakRssOf } from '../lib/process.ts'
import { type Figure, median, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'
import { writeNdjson, writeXlsx } from './files.ts'
import { parseNdjson, parseXlsx } from './limit.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
  },
  strict: false,
})
const ROWS = Number(values.rows)
const ROUNDS = Number(values.rounds)
/** Of the slower of mere parsing and the CSV import, the share that an import must reach. */
const SHARE = 0.6
const WORKER_RSS_MB = 220
const CHILD_RSS_MB = 260
const MB = 1024 * 1024
const LOOK_EVERY_MS = 50

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

function peakOfChildren(pid: number): number {
  return Math.max(
    0,
    ...childrenOf(pid).map((child) => {
      try {
        return peakRssOf(child)
      } catch {
        return 0 // it ended meanwhile
      }
    }),
  )
}

interface Bench {
  deps: Deps
  queues: JobQueues
  worker: TestProcess
  /** Most memory seen of a converting process, bytes. */
  childPeak: number
}

/** Imports a file through the job queue and a worker process; seconds from request to the end. */
async function importOnce(bench: Bench, source: string): Promise<number> {
  const { deps, queues, worker } = bench
  const path = join(deps.config.DATA_DIR, 'uploads', newId())
  mkdirSync(join(deps.config.DATA_DIR, 'uploads'), { recursive: true })
  copyFileSync(source, path)
  const file = { name: 'people', bytes: statSync(source).size, sha256: '0'.repeat(64), path }
  const startedAt = performance.now()
  const request = { type: 'import' as const, kind: 'patients', params: { options: {} }, file }
  const { row } = await requestOperation(deps, queues, request, { principal: null })
  for (;;) {
    const now = await findOperation(deps.db, row.id)
    bench.childPeak = Math.max(bench.childPeak, peakOfChildren(worker.pid))
    if (now?.status === 'completed') return (performance.now() - startedAt) / 1000
    if (now?.status === 'failed') throw new Error(`The import failed: ${JSON.stringify(now.error)}`)
    await sleep(LOOK_EVERY_MS)
  }
}

interface Round {
  csvS: number
  xlsxParseS: number
  xlsxS: number
  ndjsonParseS: number
  ndjsonS: number
}

async function measure(bench: Bench, admin: Knex, dir: string): Promise<Round[]> {
  const [csv, xlsx, ndjson] = ['csv', 'xlsx', 'ndjson'].map((ending) => join(dir, `people.${ending}`)) as [
    string,
    string,
    string,
  ]
  await writePeople(csv, ROWS)
  await writeXlsx(csv, xlsx)
  await writeNdjson(csv, ndjson)
  console.log(`CSV ${mb(csv)} MB, XLSX ${mb(xlsx)} MB, NDJSON ${mb(ndjson)} MB`)
  const imported = async (path: string) => {
    await emptyPatients(admin)
    return importOnce(bench, path)
  }
  const rounds: Round[] = []
  for (let n = 1; n <= ROUNDS; n++) {
    const round = {
      csvS: await imported(csv),
      xlsxParseS: await parseXlsx(xlsx),
      xlsxS: await imported(xlsx),
      ndjsonParseS: await parseNdjson(ndjson),
      ndjsonS: await imported(ndjson),
    }
    console.log(JSON.stringify(round))
    rounds.push(round)
  }
  return rounds
}

const mb = (path: string): number => Math.round(statSync(path).size / MB)

function figuresOf(rounds: readonly Round[]): Figure[] {
  const of = (name: keyof Round) => median(rounds.map((round) => round[name]))
  const rate = (format: 'xlsx' | 'ndjson'): Figure => ({
    name: `${format} import`,
    measured: ROWS / of(`${format}S`),
    limit: (SHARE * ROWS) / Math.max(of('csvS'), of(`${format}ParseS`)),
    unit: 'rows/s',
    atLeast: true,
  })
  return [rate('xlsx'), rate('ndjson')]
}

const deps = await benchDeps()
const queues = openQueues(deps)
const admin = connectDatabase({
  url: deps.config.MIGRATE_DATABASE_URL ?? deps.config.DATABASE_URL,
  poolMax: 2,
  connectTimeoutMs: 5000,
  idleTimeoutMs: 60_000,
  statementTimeoutMs: 900_000,
})
const worker = await startProcess('worker', benchEnv(deps.config, { CLINIC_FIRST: 'off' }))
try {
  await worker.ready()
  const bench: Bench = { deps, queues, worker, childPeak: 0 }
  const rounds = await measure(bench, admin, deps.config.DATA_DIR)
  const figures: Figure[] = [
    ...figuresOf(rounds),
    { name: 'worker peak RSS', measured: peakRssOf(worker.pid) / MB, limit: WORKER_RSS_MB, unit: 'MB' },
    { name: 'converter peak RSS', measured: bench.childPeak / MB, limit: CHILD_RSS_MB, unit: 'MB' },
  ]
  process.exitCode = report('formats', figures, { rows: ROWS, rounds }) ? 0 : 1
} finally {
  await worker.stop()
  await admin.destroy()
  await closeQueues(queues)
  await closeDeps(deps)
}
