// What the history of a patient with many visits costs through the real API process: the first page, one from the
// middle and the last, each with diagnoses, medicines and payments. Options: --visits=N --reads=N (a page).
import { closeDeps, type Deps } from '../../shared/deps.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { bigPatient, signedIn } from '../lib/fixture.ts'
import { type Figure, percentile, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'

const P95_LIMIT_MS = 100
const PAGE_ROWS = 100
const CHUNK = 500
const LINES = 3
const FIRST_DAY = Date.UTC(2000, 0, 1)
const DAY_MS = 86_400_000
const AT = '2026-01-05 02:00:00.000'
const NOTE = 'Seen for the follow-up of blood pressure and sugar; feels well, takes everything as told. '

const option = (name: string, fallback: number): number => {
  const given = process.argv.find((arg) => arg.startsWith(`--${name}=`))
  return given === undefined ? fallback : Number(given.split('=')[1])
}

type Rows = Record<string, unknown>[]

async function insert(deps: Deps, table: string, rows: Rows): Promise<void> {
  for (let at = 0; at < rows.length; at += CHUNK) await deps.db(table).insert(rows.slice(at, at + CHUNK))
}

/** Visits of one patient, signed, each with two diagnoses, three medicines, a bill and a payment. */
async function makeVisits(deps: Deps, patientId: string, count: number): Promise<void> {
  const { db } = deps
  const [doctor] = await db('doctors').insert({
    code: 'BENCH',
    name: 'Dr. Bench',
    working_hours: '{}',
    created_at: AT,
    updated_at: AT,
  })
  const [user] = await db('users').insert({
    username: 'benchcashier',
    name: 'Cashier',
    role: 'cashier',
    password_hash: 'none',
  })
  const [medication] = await db('medications').insert({
    sku: 'BENCH',
    generic_name: 'Metformin',
    unit: 'tablet',
    selling_price: '0.10',
  })
  const visits = Array.from({ length: count }, (_, n) => ({
    id: n + 1,
    patient_id: patientId,
    doctor_id: doctor,
    day: new Date(FIRST_DAY + Math.floor((n * 9000) / count) * DAY_MS).toISOString().slice(0, 10),
  }))
  const each = (make: (visit: (typeof visits)[number], ids: Record<string, unknown>) => Rows): Rows =>
    visits.flatMap((visit) => make(visit, { visit_id: visit.id, patient_id: patientId }))
  await insert(
    deps,
    'visits',
    visits.map(({ day, ...visit }) => ({ ...visit, visited_on: day, created_at: AT })),
  )
  await insert(
    deps,
    'consultations',
    each(({ day, doctor_id }, ids) => [
      {
        ...ids,
        doctor_id,
        day,
        status: 'signed',
        vitals: '{}',
        subjective: NOTE.repeat(4),
        objective: NOTE.repeat(4),
        assessment: NOTE.repeat(4),
        plan: NOTE.repeat(4),
        procedures: '[]',
        created_at: AT,
        updated_at: AT,
        signed_at: AT,
      },
    ]),
  )
  await insert(
    deps,
    'diagnoses',
    each(({ id }) => [
      { visit_id: id, position: 0, code: 'I10', text: null, is_primary: true },
      { visit_id: id, position: 1, code: 'E11.9', text: 'well controlled', is_primary: false },
    ]),
  )
  await insert(
    deps,
    'prescriptions',
    each((_, ids) => [{ ...ids, updated_at: AT }]),
  )
  await insert(
    deps,
    'prescription_lines',
    each((_, ids) =>
      Array.from({ length: LINES }, (_, position) => ({
        ...ids,
        position,
        medication_id: medication,
        description: 'Metformin 500 mg tablet',
        dose: '1',
        dose_unit: 'tablet',
        route: 'oral',
        frequency: 'BD',
        quantity: 60,
        instructions_ms: 'Ambil 1 biji dua kali sehari',
        instructions_en: 'Take 1 tablet twice a day',
        unit_price_sen: 10,
        status: 'handed_over',
        warnings: '[]',
        ordered_at: AT,
      })),
    ),
  )
  await insert(
    deps,
    'bills',
    each(({ id }, ids) => [{ id, ...ids, live: 1, status: 'paid', total_sen: 5300, created_at: AT }]),
  )
  await insert(
    deps,
    'payments',
    each(({ id, day, doctor_id }, ids) => [
      {
        ...ids,
        bill_id: id,
        doctor_id,
        series: 'receipt',
        no: id,
        number: `R${id}`,
        kind: 'payment',
        status: 'recorded',
        amount_sen: 5300,
        balance_sen: 0,
        user_id: user,
        paid_on: day,
        created_at: AT,
      },
    ]),
  )
}

interface Answer {
  data: { visitId: string }[]
  meta: { next: string | null }
}

async function run(): Promise<boolean> {
  const count = option('visits', 1000)
  const reads = option('reads', 200)
  const deps = await benchDeps()
  const patientId = await bigPatient(deps)
  await makeVisits(deps, patientId, count)
  const api = await startProcess('api', benchEnv(deps.config))
  try {
    await api.ready()
    const cookie = await signedIn(deps)
    const ask = async (query: string): Promise<{ body: Answer; tookMs: number }> => {
      const startedAt = performance.now()
      const answer = await fetch(`${api.url}/api/patients/${patientId}/history?${query}`, {
        headers: { cookie },
      })
      const body = (await answer.json()) as Answer
      if (answer.status !== 200) throw new Error(`The history answered ${answer.status}`)
      return { body, tookMs: performance.now() - startedAt }
    }
    // every page once: all visits must come, each once, and compiled code is not what a page costs
    const pages: string[] = []
    const seen = new Set<string>()
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = `limit=${PAGE_ROWS}${cursor && `&cursor=${cursor}`}`
      const { body } = await ask(query)
      pages.push(query)
      for (const { visitId } of body.data) seen.add(visitId)
      cursor = body.meta.next
    }
    const places = {
      'first page of 20': 'limit=20',
      'first page of 100': pages[0] as string,
      'middle page of 100': pages[Math.floor(pages.length / 2)] as string,
      'last page of 100': pages.at(-1) as string,
    }
    const times: Record<string, number[]> = {}
    for (const [name, query] of Object.entries(places)) {
      times[name] = []
      for (let n = 0; n < reads; n++) times[name]?.push((await ask(query)).tookMs)
    }
    const figures: Figure[] = Object.entries(times).map(([name, values]) => ({
      name: `${name}, p95`,
      measured: percentile(values, 0.95),
      limit: P95_LIMIT_MS,
      unit: 'ms',
    }))
    const whole = { name: 'visits shown', measured: seen.size, limit: count, unit: '', atLeast: true }
    const p50 = Object.fromEntries(
      Object.entries(times).map(([name, values]) => [name, percentile(values, 0.5)]),
    )
    return report('history', [...figures, whole], { visits: count, reads, p50Ms: p50 })
  } finally {
    await api.stop()
    await closeDeps(deps)
  }
}

process.exit((await run()) ? 0 : 1)
