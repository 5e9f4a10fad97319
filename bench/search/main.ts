// Search among a million patients through the real API process: how long each kind of query takes, uncached, and
// whether it finds what a full scan finds. Options: --patients=N --queries=N (a class) --checks=N.
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { closeDeps, type Deps } from '../../shared/deps.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { signedIn } from '../lib/fixture.ts'
import { type Figure, percentile, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'
import { loadPeople } from './load.ts'
import { createOracle, type Oracle } from './oracle.ts'
import { type QueryClasses, queryClasses } from './queries.ts'
import { benchParts, benchPatients } from './rows.ts'

const NAMES = 'shared/testing/data/names/malaysian_names.csv'
const P95_LIMIT_MS = 15
/** Who is shown more patients in ten minutes than any work needs is slowed down: the bench asks as so many people. */
const PEOPLE = 100
const SAMPLE_EVERY = 500
const BEST = 20
/** Classes that are searched and checked, but whose time has no limit of its own. */
const UNTIMED = new Set(['two common words', 'two random words'])

const option = (name: string, fallback: number): number => {
  const given = process.argv.find((arg) => arg.startsWith(`--${name}=`))
  return given === undefined ? fallback : Number(given.split('=')[1])
}

type Search = (text: string) => Promise<{ ids: number[]; tookMs: number; cache: string | null }>

function searchOver(url: string, cookies: readonly string[]): Search {
  let asked = 0
  return async (text) => {
    const cookie = cookies[asked++ % cookies.length] as string
    const startedAt = performance.now()
    const answer = await fetch(`${url}/api/patients/search`, {
      method: 'POST',
      headers: { cookie, 'x-requested-with': 'clinic', 'content-type': 'application/json' },
      body: JSON.stringify({ query: text }),
    })
    const body = (await answer.json()) as { data: { id: string }[] }
    const tookMs = performance.now() - startedAt
    if (answer.status !== 200) throw new Error(`The search answered ${answer.status}`)
    return { ids: body.data.map(({ id }) => Number(id)), tookMs, cache: answer.headers.get('x-cache') }
  }
}

async function timed(deps: Deps, search: Search, classes: QueryClasses) {
  const raw: Record<string, { p50: number; p95: number; p99: number; max: number }> = {}
  for (const [name, texts] of Object.entries(classes)) {
    const tookMs: number[] = []
    for (const text of texts) {
      // nothing of an earlier search may help; the database's own cache of results is off in every set-up
      await bumpGenerations(deps, ['patients'])
      const answer = await search(text)
      if (answer.cache !== 'MISS') throw new Error(`The answer was a ${answer.cache}`)
      tookMs.push(answer.tookMs)
    }
    const at = (share: number) => percentile(tookMs, share)
    raw[name] = { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: Math.max(...tookMs) }
  }
  return raw
}

/** What is wrong with an answer, or undefined. */
function fault(text: string, ids: number[], oracle: Oracle): string | undefined {
  const { all, whole, isMatch, isWhole } = oracle.matches(text)
  if (new Set(ids).size !== ids.length) return `"${text}": somebody twice`
  if (ids.length !== Math.min(all, BEST)) return `"${text}": ${ids.length} of ${all}`
  if (!ids.every(isMatch)) return `"${text}": a stranger among them`
  if (all <= BEST || whole === 0) return undefined
  const shown = ids.filter(isWhole).length
  const inFront = ids.slice(0, shown).every(isWhole)
  return shown === Math.min(whole, BEST) && inFront ? undefined : `"${text}": whole words not first`
}

async function compared(
  search: Search,
  classes: QueryClasses,
  oracle: Oracle,
  checks: number,
): Promise<string[]> {
  const lists = Object.values(classes)
  const texts = Array.from(
    { length: checks },
    (_, i) => lists[i % lists.length]?.[Math.floor(i / lists.length)],
  )
  const faults: string[] = []
  for (const text of texts) {
    if (text === undefined) continue
    const wrong = fault(text, (await search(text)).ids, oracle)
    if (wrong !== undefined) faults.push(wrong)
  }
  return faults
}

async function run(): Promise<boolean> {
  const count = option('patients', 1_000_000)
  const checks = option('checks', 1000)
  const deps = await benchDeps()
  const { config } = deps
  const started = performance.now()
  const people = [...benchPatients(count, benchParts(NAMES))]
  const sample = people.filter(({ id }) => id % SAMPLE_EVERY === 0)
  const oracle = createOracle()
  for (const person of people) oracle.add(person)
  await loadPeople(config.MIGRATE_DATABASE_URL ?? config.DATABASE_URL, people)
  console.log(`${count} patients loaded in ${Math.round((performance.now() - started) / 1000)} s`)
  const api = await startProcess('api', benchEnv(config))
  try {
    await api.ready()
    const cookies: string[] = []
    while (cookies.length < PEOPLE) cookies.push(await signedIn(deps))
    const search = searchOver(api.url, cookies)
    // compiled code and open connections are not what a search costs
    for (const texts of Object.values(queryClasses(sample, 10, 5)))
      for (const text of texts) await search(text)
    console.log('the API is up; searching')
    const raw = await timed(deps, search, queryClasses(sample, option('queries', 200)))
    console.table(raw)
    const faults = await compared(search, queryClasses(sample, Math.ceil(checks / 13), 23), oracle, checks)
    for (const line of faults.slice(0, 20)) console.log(line)
    const figures: Figure[] = Object.entries(raw)
      .filter(([name]) => !UNTIMED.has(name))
      .map(([name, { p95 }]) => ({ name: `${name}, p95`, measured: p95, limit: P95_LIMIT_MS, unit: 'ms' }))
    const right = {
      name: 'queries as a full scan',
      measured: checks - faults.length,
      limit: checks,
      unit: '',
      atLeast: true,
    }
    return report('search', [...figures, right], { patients: count, classes: raw, faults })
  } finally {
    await api.stop()
    await closeDeps(deps)
  }
}

process.exit((await run()) ? 0 : 1)
