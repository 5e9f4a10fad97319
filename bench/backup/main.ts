// A backup with its proof by a restore, through the real worker process, against the bare way of the same: dump to a
// file, load it into an empty database. Options: --megabytes=N (size of the database, tables with their indexes).
import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from '../../shared/db/connect.ts'
import { closeDeps, type Deps } from '../../shared/deps.ts'
import { closeQueues, openQueues } from '../../shared/jobs/queues.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { carryOut, ended } from '../lib/operations.ts'
import { peakRssOf } from '../lib/process.ts'
import { type Figure, report } from '../lib/report.ts'
import { benchDeps, benchEnv, benchFiller } from '../lib/system.ts'

const MOST_TIMES = 2.5
const MOST_MB = 220
const BYTES_PER_MB = 1024 * 1024
const BATCH = 100_000
const LOOK_EVERY_MS = 20
const MEGABYTES = Number(process.argv.find((arg) => arg.startsWith('--megabytes='))?.split('=')[1] ?? 1000)

const sizeOf = async (deps: Deps, filler: Knex): Promise<number> => {
  await filler.raw('analyze table patients, patient_words')
  const row = await deps
    .db('information_schema.tables')
    .where({ table_schema: new URL(deps.config.DATABASE_URL).pathname.slice(1) })
    .first({ bytes: deps.db.raw('sum(data_length + index_length)') })
  return Number(row.bytes) / BYTES_PER_MB
}

/** People with remarks as a clinic writes them, until the database is as large as asked for. */
async function fill(deps: Deps): Promise<{ rows: number; megabytes: number }> {
  const filler = benchFiller(deps)
  let rows = 0
  let megabytes = await sizeOf(deps, filler)
  while (megabytes < MEGABYTES) {
    await filler.raw(
      `insert into patients (id, source, external_id, name, id_type, id_number, date_of_birth, gender, phone, address,
         postcode, state, allergies, remarks, registered_on, created_at, updated_at)
       select n, 'bench', concat('X', n), concat('Nurul Aisyah binti Abdullah ', n), 'NRIC', lpad(n, 12, '0'),
         date '1950-01-01' + interval n % 25000 day, if(n % 2, 'F', 'M'), concat('+6012', lpad(n % 10000000, 7, '0')),
         concat(n % 200, ', Jalan Mawar 7/12, Taman Seri'), '43300', 'Selangor', if(n % 9, null, 'penicillin'),
         concat(md5(n), ' ', md5(n + 1), ' comes on Mondays, prefers to be called ', md5(n + 2)),
         '2026-01-05', '2026-01-05 02:00:00', '2026-01-05 02:00:00'
       from (select seq + ? as n from seq_1_to_${BATCH}) numbers`,
      [rows],
    )
    rows += BATCH
    megabytes = await sizeOf(deps, filler)
  }
  await filler.destroy()
  return { rows, megabytes }
}

const over = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))))
  })

/** The bare way: seconds for the dump and for loading it. */
async function bare(deps: Deps): Promise<{ dumpS: number; loadS: number; dumpMb: number }> {
  const { config } = deps
  const at = new URL(config.BACKUP_DATABASE_URL ?? config.DATABASE_URL)
  const program = (name: string) => (config.BACKUP_TOOLS_DIR ? join(config.BACKUP_TOOLS_DIR, name) : name)
  const env = { ...process.env, MYSQL_PWD: decodeURIComponent(at.password) }
  const args = [`-h${at.hostname}`, `-P${at.port}`, `-u${decodeURIComponent(at.username)}`, '--protocol=tcp']
  const database = at.pathname.slice(1)
  const copy = `${database}_scratch_bare`
  const file = join(config.DATA_DIR, 'bare.sql')
  const say = async (sql: string) => {
    const child = spawn(program('mariadb'), [...args, '-e', sql], { env, stdio: 'inherit' })
    await over(child)
  }
  let startedAt = performance.now()
  const dump = spawn(program('mariadb-dump'), [...args, '--single-transaction', '--quick', database], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await Promise.all([over(dump), pipeline(dump.stdout, createWriteStream(file))])
  const dumpS = (performance.now() - startedAt) / 1000
  const dumpMb = statSync(file).size / BYTES_PER_MB
  await say(`create database ${copy}`)
  startedAt = performance.now()
  const load = spawn(program('mariadb'), [...args, copy], { env, stdio: ['pipe', 'inherit', 'inherit'] })
  await Promise.all([over(load), pipeline(createReadStream(file), load.stdin)])
  const loadS = (performance.now() - startedAt) / 1000
  await say(`drop database ${copy}`)
  await rm(file)
  return { dumpS, loadS, dumpMb }
}

const deps = await benchDeps()
const queues = openQueues(deps)
const filled = await fill(deps)
console.log(`${filled.rows} rows, ${filled.megabytes.toFixed(0)} MB`)
const worker = await startProcess('worker', benchEnv(deps.config, { CLINIC_FIRST: 'off' }))
let holds = false
try {
  await worker.ready()
  const limit = await bare(deps)
  console.log(limit)
  const backupS = await carryOut(deps, queues, { type: 'backup', kind: 'full', params: { prove: true } })
  const startedAt = performance.now()
  // asked for by the backup's run once the backup is there
  let proof: { id: string } | undefined
  while (proof === undefined) {
    proof = await deps.db('operations').where({ type: 'proof' }).orderBy('no', 'desc').first('id')
    await sleep(LOOK_EVERY_MS)
  }
  await ended(deps, proof.id)
  const proofS = (performance.now() - startedAt) / 1000
  const peakMb = peakRssOf(worker.pid) / BYTES_PER_MB
  const times = (backupS + proofS) / (limit.dumpS + limit.loadS)
  const figures: Figure[] = [
    { name: 'backup and proof, of dump and load', measured: times, limit: MOST_TIMES, unit: '×' },
    { name: "worker's memory at its most", measured: peakMb, limit: MOST_MB, unit: 'MB' },
  ]
  holds = report('backup', figures, { ...filled, ...limit, backupS, proofS, peakMb })
} finally {
  await worker.stop()
  await closeQueues(queues)
  await closeDeps(deps)
}
process.exit(holds ? 0 : 1)
