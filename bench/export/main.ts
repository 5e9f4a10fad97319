// A million patients as CSV and XLSX through the real worker process, against the database client's own dump of the
// same columns to a file. Options: --patients=N.
import { spawn } from 'node:child_process'
import { createWriteStream, existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { closeDeps, type Deps } from '../../shared/deps.ts'
import { closeQueues, openQueues } from '../../shared/jobs/queues.ts'
import { requestOperation } from '../../shared/operations/commands.ts'
import { findOperation } from '../../shared/operations/repository.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { peakRssOf } from '../lib/process.ts'
import { type Figure, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'

const LEAST_RATIO = 0.6
const MOST_MB = 220
const LOOK_EVERY_MS = 50
const BYTES_PER_MB = 1024 * 1024

const COLUMNS = `concat('P-', lpad(id, greatest(6, length(id)), '0')), external_id, name, id_type, id_number, date_of_birth,
  gender, phone, email, address, postcode, state, company, allergies, remarks, registered_on`

const option = (name: string, fallback: number): number => {
  const given = process.argv.find((arg) => arg.startsWith(`--${name}=`))
  return given === undefined ? fallback : Number(given.split('=')[1])
}

/** People as an import leaves them: about 200 bytes each. */
async function load(deps: Deps, count: number): Promise<void> {
  await deps.db.raw(
    `insert into patients (id, source, external_id, name, id_type, id_number, date_of_birth, gender, phone, address,
       postcode, state, allergies, registered_on, created_at, updated_at)
     select seq, 'bench', concat('X', seq), concat('Nurul Aisyah binti Abdullah ', seq), 'NRIC', lpad(seq, 12, '9'),
       date '1950-01-01' + interval seq % 25000 day, if(seq % 2, 'F', 'M'), concat('+6012', lpad(seq % 10000000, 7, '0')),
       concat(seq % 200, ', Jalan Mawar 7/12, Taman Seri'), '43300', 'Selangor', if(seq % 9, null, 'penicillin'),
       '2026-01-05', '2026-01-05 02:00:00', '2026-01-05 02:00:00'
     from seq_1_to_100000000 limit ?`,
    [count],
  )
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
  await load(deps, count)
  const worker = await startProcess('worker', benchEnv(deps.config, { CLINIC_FIRST: 'off' }))
  try {
    await worker.ready()
    const exported = async (format: string): Promise<number> => {
      const request = { type: 'export' as const, kind: 'patients', params: { format } }
      const startedAt = performance.now()
      const { row } = await requestOperation(deps, queues, request, { principal: null })
      for (;;) {
        const now = await findOperation(deps.db, row.id)
        if (now?.status === 'completed') return (performance.now() - startedAt) / 1000
        if (now?.status === 'failed') throw new Error('The export failed')
        await sleep(LOOK_EVERY_MS)
      }
    }
    await dump(deps)
    const raw: Record<string, number> = {
      dumpS: await dump(deps),
      csvS: await exported('csv'),
      ndjsonS: await exported('ndjson'),
      xlsxS: await exported('xlsx'),
    }
    const peakMb = peakRssOf(worker.pid) / BYTES_PER_MB
    console.table({ ...raw, peakMb })
    const ratio = (raw.dumpS as number) / (raw.csvS as number)
    const figures: Figure[] = [
      { name: 'CSV against the client', measured: ratio, limit: LEAST_RATIO, unit: '', atLeast: true },
      { name: "worker's memory at its most", measured: peakMb, limit: MOST_MB, unit: 'MB' },
    ]
    return report('export', figures, { patients: count, ...raw, peakMb })
  } finally {
    await worker.stop()
    await closeQueues(queues)
    await closeDeps(deps)
  }
}

process.exit((await run()) ? 0 : 1)
