// Reports on one month out of two million visits, as a person waits for them: from the request to the file, through the
// real worker process. Options: --visits=N.
import { closeDeps, type Deps } from '../../shared/deps.ts'
import { closeQueues, openQueues } from '../../shared/jobs/queues.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { carryOut } from '../lib/operations.ts'
import { peakRssOf } from '../lib/process.ts'
import { type Figure, median, report } from '../lib/report.ts'
import { benchDeps, benchEnv, benchFiller } from '../lib/system.ts'

const MOST_S = 2
const MOST_MB = 220
const BYTES_PER_MB = 1024 * 1024
/** The clinic's history: two years that end with 2025. */
const DAYS = 730
const DOCTORS = 4
const VISITS = Number(process.argv.find((arg) => arg.startsWith('--visits='))?.split('=')[1] ?? 2_000_000)
const PATIENTS = Math.ceil(VISITS / 8)

/** The day of the n-th visit: the numbers rise with the days, as they do in a clinic. */
const DAY = `(date '2024-01-01' + interval floor((seq - 1) * ${DAYS} / ${VISITS}) day)`
const DOCTOR = `1 + seq % ${DOCTORS}`
const PATIENT = `1 + (seq * 7919) % ${PATIENTS}`

const FILL: Record<string, string> = {
  doctors: `insert into doctors (id, code, name, working_hours, created_at, updated_at)
    select seq, concat('D', seq), concat('Dr ', seq), '{}', now(), now() from seq_1_to_${DOCTORS}`,
  users: `insert into users (id, username, name, role, password_hash) values (1, 'bench', 'Bench', 'cashier', '-')`,
  visits: `insert into visits (id, patient_id, visited_on, doctor_id, created_at)
    select seq, ${PATIENT}, ${DAY}, ${DOCTOR}, ${DAY} from seq_1_to_${VISITS}`,
  tickets: `insert into tickets (id, day, series, no, number, visit_id, patient_id, status, doctor_id, priority, line_rank,
      place, slip_hash, waited_s, consulted_s, status_at, created_at)
    select seq, ${DAY}, 'A', seq, seq, seq, ${PATIENT}, 'completed', ${DOCTOR}, 'normal', 0, seq, lpad(seq, 43, '0'),
      seq % 3600, 120 + seq % 900, ${DAY}, ${DAY} + interval 1 + seq % 9 hour from seq_1_to_${VISITS}`,
  payments: `insert into payments (id, bill_id, visit_id, patient_id, doctor_id, series, no, number, kind, status, amount_sen,
      balance_sen, user_id, paid_on, created_at)
    select seq, seq, seq, ${PATIENT}, ${DOCTOR}, 'R', seq, seq, 'payment', 'paid', 4500, 0, 1, ${DAY}, ${DAY}
    from seq_1_to_${VISITS}`,
  payment_tenders: `insert into payment_tenders (id, payment_id, method, amount_sen, patient_id, paid_on)
    select seq, seq, elt(1 + seq % 3, 'cash', 'card', 'ewallet'), 4500, ${PATIENT}, ${DAY} from seq_1_to_${VISITS}`,
  diagnoses: `insert into diagnoses (id, visit_id, position, code, text, is_primary)
    select seq, seq, 0, elt(1 + seq % 7, 'J00', 'J06.9', 'K29.7', 'I10', 'E11.9', 'M54.5', 'A09'), 'text', 1
    from seq_1_to_${VISITS}`,
}

async function fill(deps: Deps): Promise<void> {
  const filler = benchFiller(deps)
  await filler.transaction(async (trx) => {
    await trx.raw('set foreign_key_checks = 0, unique_checks = 0')
    for (const [table, sql] of Object.entries(FILL)) {
      const startedAt = performance.now()
      await trx.raw(sql)
      console.log(`${table}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    }
    await trx.raw('set foreign_key_checks = 1, unique_checks = 1')
  })
  await filler.raw('analyze table visits, tickets, payments, payment_tenders, diagnoses')
  await filler.destroy()
}

const MONTHS = ['2025-03', '2025-06', '2025-10']
const REPORTS = ['daily-collection', 'revenue', 'visits', 'waiting', 'diagnoses']
const FORMATS = ['csv', 'pdf']

const deps = await benchDeps()
const queues = openQueues(deps)
await fill(deps)
const worker = await startProcess('worker', benchEnv(deps.config, { CLINIC_FIRST: 'off' }))
let holds = false
try {
  await worker.ready()
  const taken: Record<string, number[]> = {}
  for (const month of MONTHS) {
    // another month each time: the same question within an hour would be answered with the file that is there
    for (const kind of REPORTS) {
      for (const format of FORMATS) {
        const params = { from: `${month}-01`, to: `${month}-28` }
        const tookS = await carryOut(deps, queues, { type: 'report', kind, params: { params, format } })
        const of = `${kind} ${format}`
        taken[of] = [...(taken[of] ?? []), tookS]
      }
    }
  }
  const peakMb = peakRssOf(worker.pid) / BYTES_PER_MB
  const figures: Figure[] = Object.entries(taken).map(([name, all]) => ({
    name,
    measured: median(all),
    limit: MOST_S,
    unit: 's',
  }))
  figures.push({ name: "worker's memory at its most", measured: peakMb, limit: MOST_MB, unit: 'MB' })
  holds = report('report', figures, { visits: VISITS, months: MONTHS, taken, peakMb })
} finally {
  await worker.stop()
  await closeQueues(queues)
  await closeDeps(deps)
}
process.exit(holds ? 0 : 1)
