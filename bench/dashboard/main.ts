// The dashboard over two million visits through the real API process: a day and its month, never cached. Also how long
// it takes to count all figures again. Options: --visits=N --reads=N.
import { rebuildFigures } from '../../shared/dashboard/commands.ts'
import { closeDeps, type Deps } from '../../shared/deps.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { signedIn } from '../lib/fixture.ts'
import { percentile, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'
import { loadVisits, VISITS_A_DAY } from './load.ts'

const P95_LIMIT_MS = 20
const WARM_UP_READS = 30
const DAY_MS = 24 * 3_600_000

const option = (name: string, fallback: number): number => {
  const given = process.argv.find((arg) => arg.startsWith(`--${name}=`))
  return given === undefined ? fallback : Number(given.split('=')[1])
}

interface Shown {
  visits: { total: number }
  month: { visits: number }
}

const since = (startedAt: number): number => (performance.now() - startedAt) / 1000

async function read(url: string, cookie: string, day: string): Promise<{ tookMs: number; shown: Shown }> {
  const startedAt = performance.now()
  const answer = await fetch(`${url}/api/dashboard?day=${day}`, { headers: { cookie } })
  const shown = (await answer.json()) as Shown
  if (answer.status !== 200) throw new Error(`The dashboard answered ${answer.status}`)
  return { tookMs: performance.now() - startedAt, shown }
}

async function timed(url: string, cookie: string, days: readonly string[]): Promise<number[]> {
  const tookMs: number[] = []
  for (const day of days) {
    const { tookMs: took, shown } = await read(url, cookie, day)
    if (shown.visits.total !== VISITS_A_DAY) throw new Error(`${day} shows ${shown.visits.total} visits`)
    tookMs.push(took)
  }
  return tookMs
}

/** Visits are made of the latest days backwards; the first and the last one may not be whole. */
const daysBack = (count: number, reach: number, last: string): string[] =>
  Array.from({ length: count }, (_, n) =>
    clinicDay(Date.parse(`${last}T04:00:00Z`) - ((n * 37) % reach) * DAY_MS),
  )

async function rowsRead(deps: Deps, work: () => Promise<unknown>): Promise<number> {
  const count = async () => {
    const [rows] = (await deps.db.raw("show global status like 'Handler_read%'")) as [{ Value: string }[]]
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
  }
  const before = await count()
  await work()
  return (await count()) - before
}

async function run(): Promise<boolean> {
  const visits = option('visits', 2_000_000)
  const reads = option('reads', 300)
  const deps = await benchDeps()
  const { config } = deps
  const last = clinicDay()
  let startedAt = performance.now()
  await loadVisits(config.MIGRATE_DATABASE_URL ?? config.DATABASE_URL, visits, last)
  const loadS = since(startedAt)
  console.log(`${visits} visits loaded in ${Math.round(loadS)} s`)
  startedAt = performance.now()
  const figures = await rebuildFigures(deps)
  const rebuildS = since(startedAt)
  console.log(`${figures} figures counted in ${Math.round(rebuildS)} s`)
  const api = await startProcess('api', benchEnv(config))
  try {
    await api.ready()
    const cookie = await signedIn(deps)
    const recent = daysBack(reads, 31, last)
    // compiled code and open connections are not what a read costs
    await timed(api.url, cookie, recent.slice(0, WARM_UP_READS))
    const rows = await rowsRead(deps, () => read(api.url, cookie, last))
    const tookMs = await timed(api.url, cookie, recent)
    const old = await timed(api.url, cookie, daysBack(reads, Math.floor(visits / VISITS_A_DAY), last))
    const at = (values: number[], share: number) => percentile(values, share)
    const raw = {
      visits,
      figures,
      loadS,
      rebuildS,
      rowsReadOfOneLook: rows,
      recent: { p50: at(tookMs, 0.5), p95: at(tookMs, 0.95), max: at(tookMs, 1) },
      anyDay: { p50: at(old, 0.5), p95: at(old, 0.95), max: at(old, 1) },
    }
    console.log(raw)
    return report(
      'dashboard',
      [
        { name: 'a day of this month, p95', measured: raw.recent.p95, limit: P95_LIMIT_MS, unit: 'ms' },
        { name: 'any day, p95', measured: raw.anyDay.p95, limit: P95_LIMIT_MS, unit: 'ms' },
      ],
      raw,
    )
  } finally {
    await api.stop()
    await closeDeps(deps)
  }
}

process.exit((await run()) ? 0 : 1)
