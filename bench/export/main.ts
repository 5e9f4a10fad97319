// A million patients as CSV and XLSX through the real worker process: CSV against the database client's own dump of the
// same columns to a file, XLSX against the writer alone, fed from memory. Memory with a tenth of them and with all.
// Options: --patients=N.
import { spawn } from 'node:child_process'
import { createWriteStream, existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { closeDeps, type Deps } from '../../shared/deps.ts'
import { planExport } from '../../shared/exports/kinds.ts'
import { openSink } from '../../shared/files/sink.ts'
import { xlsxWriter } from '../../shared/files/xlsx.ts'
import { closeQueues, openQueues } from '../../shared/jobs/queues.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { carryOut } from '../lib/operations.ts'
import { peakRssOf } from '../lib/process.ts'
import { type Figure, median, report } from '../lib/report.ts'
import { benchDeps, benchEnv, benchFiller } from '../lib/system.ts'

const LEAST_RATIO = 0.6
const MOST_MB = 220
const PAGE_ROWS = 2000
const FORMATS = ['csv', 'ndjson', 'xlsx']
const ROUNDS = 3
const BYTES_PER_MB = 1024 * 1024

const COLUMNS = `concat('P-', lpad(id, greatest(6, length(id)), '0')), external_id, name, id_type, id_number, date_of_birth,
  gender, phone, email, address, postcode, state, company, allergies, remarks, registered_on,
  chronic_conditions, medical_history, next_of_kin, consent_on`

const option = (name: string, fallback: number): number => {
  const given = process.argv.find((arg) => arg.startsWith(`--${name}=`))
  return given === undefined ? fallback : Number(given.split('=')[1])
}

/** People as an import leaves them, from one number to another: about 200 bytes each. */
async function load(deps: Deps, from: number, to: number): Promise<void> {
  const filler = benchFiller(deps)
  await filler.raw(
    `insert into patients (id, source, external_id, name, id_type, id_number, date_of_birth, gender, phone, address,
       postcode, state, allergies, registered_on, created_at, updated_at)
     select seq, 'bench', concat('X', seq), concat('Nurul Aisyah binti Abdullah ', seq), 'NRIC', lpad(seq, 12, '0'),
       date '1950-01-01' + interval seq % 25000 day, if(seq % 2, 'F', 'M'), concat('+6012', lpad(seq % 10000000, 7, '0')),
       concat(seq % 200, ', Jalan Mawar 7/12, Taman Seri'), '43300', 'Selangor', if(seq % 9, null, 'penicillin'),
       '2026-01-05', '2026-01-05 02:00:00', '2026-01-05 02:00:00'
     from seq_${from}_to_${to}`,
  )
  await filler.destroy()
}

/** How long the writer alone takes for as many rows, one page of them again and again from memory, s. */
async function bareXlsx(deps: Deps, count: number): Promise<number> {
  const plan = planExport('patients', {}, null)
  const { rows: page } = await plan.page(deps.db, plan.start, PAGE_ROWS)
  const path = join(deps.config.DATA_DIR, 'bare.xlsx')
  const startedAt = performance.now()
  const sink = await openSink(path)
  const header = plan.columns.map(({ key }) => key)
  const writer = xlsxWriter(sink, { columns: plan.columns, header, sheet: 'patients' })
  for (let written = 0; written < count; written += page.length) await writer.rows(page)
  await writer.end()
  await sink.finish()
  await rm(path)
  return (performance.now() - startedAt) / 1000
}

/** How long the client takes to write the rows to a file, s. */
async function dump(deps: Deps): Promise<number> {
  const at = new URL(deps.config.DATABASE_URL)
  const own = join('.data', 'pkg', 'servers', 'usr', 'bin', 'mariadb')
  const program = existsSync(own) ? own : 'mariadb'
  const target = join(deps.config.DATA_DIR, 'dump.tsv')
  const args = [
    '--quick',
    '--batch',
    '--skip-column-names',
    `-h${at.hostname}`,
    `-P${at.port}`,
    `-u${at.username}`,
  ]
  const startedAt = performance.now()
  const child = spawn(
    program,
    [...args, at.pathname.slice(1), '-e', `select ${COLUMNS} from patients order by id`],
    {
      env: { ...process.env, MYSQL_PWD: decodeURIComponent(at.password) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
  await pipeline(child.stdout, createWriteStream(target))
  if ((await ended) !== 0) throw new Error('The client could not dump')
  await rm(target)
  return (performance.now() - startedAt) / 1000
}

async function run(): Promise<boolean> {
  const count = option('patients', 1_000_000)
  const deps = await benchDeps()
  const queues = openQueues(deps)
  const worker = await startProcess('worker', benchEnv(deps.config, { CLINIC_FIRST: 'off' }))
  const exported = (format: string) =>
    carryOut(deps, queues, { type: 'export', kind: 'patients', params: { format } })
  const peak = () => peakRssOf(worker.pid) / BYTES_PER_MB
  try {
    await worker.ready()
    await load(deps, 1, count / 10)
    for (const format of FORMATS) await exported(format)
    const tenthMb = peak()
    await load(deps, count / 10 + 1, count)
    await dump(deps)
    const taken: Record<string, number[]> = { dump: [], csv: [], ndjson: [], bareXlsx: [], xlsx: [] }
    for (let round = 0; round < ROUNDS; round++) {
      taken.dump?.push(await dump(deps))
      for (const format of ['csv', 'ndjson']) taken[format]?.push(await exported(format))
      taken.bareXlsx?.push(await bareXlsx(deps, count))
      taken.xlsx?.push(await exported('xlsx'))
    }
    const of = (name: string) => median(taken[name] ?? [])
    const peakMb = peak()
    const ratio = (name: string, limit: string) => ({
      measured: of(limit) / of(name),
      limit: LEAST_RATIO,
      unit: '',
      atLeast: true,
    })
    const figures: Figure[] = [
      { name: 'CSV against the client', ...ratio('csv', 'dump') },
      { name: 'XLSX against the writer alone', ...ratio('xlsx', 'bareXlsx') },
      { name: "worker's memory at its most, a tenth", measured: tenthMb, limit: MOST_MB, unit: 'MB' },
      { name: "worker's memory at its most, all", measured: peakMb, limit: MOST_MB, unit: 'MB' },
    ]
    return report('export', figures, { patients: count, seconds: taken, tenthMb, peakMb })
  } finally {
    await worker.stop()
    await closeQueues(queues)
    await closeDeps(deps)
  }
}

process.exit((await run()) ? 0 : 1)
