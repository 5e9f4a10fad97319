// Registration and ticket in one go, durably: how many a second, and how long the desk waits at 200 a second.
import { parseArgs } from 'node:util'
import { closeDeps } from '../../shared/deps.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { postRequest, signedIn } from '../lib/fixture.ts'
import { closedLoop, openLoop, type Target } from '../lib/load.ts'
import { cpuSecondsOf } from '../lib/process.ts'
import { percentile, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '15' }, processes: { type: 'string', default: '1' } },
  strict: false,
})
const SECONDS = Number(values.seconds)
const PROCESSES = Number(values.processes)
const CLERKS = 24
const OFFERED_PER_S = 200
const WARM_UP_S = 2
const P99_LIMIT_MS = 100
const MS_PER_S = 1000

let serial = 0
/** A registration like no other: a passport number of its own. */
function registration(cookie: string): string {
  serial++
  return postRequest(
    '/api/registrations',
    { Cookie: cookie },
    {
      patient: {
        name: `Nurul Aisyah Nombor${serial} binti Abdullah`,
        idType: 'PASSPORT',
        idNumber: `B${10_000_000 + serial}`,
        gender: 'F',
        dateOfBirth: '1990-02-03',
        phone: '012-345 6789',
        address: '12, Jalan Mawar, Shah Alam',
      },
      ticket: { reason: 'Fever' },
    },
  )
}

const deps = await benchDeps()
const apis = await Promise.all(
  Array.from({ length: PROCESSES }, () => startProcess('api', benchEnv(deps.config))),
)
try {
  await Promise.all(apis.map((api) => api.ready()))
  const cookie = await signedIn(deps)
  const targets = apis.map(
    (api): Target => ({ port: Number(new URL(api.url).port), head: () => registration(cookie) }),
  )
  const perProcess = Math.ceil(CLERKS / PROCESSES)
  const full = (seconds: number) =>
    Promise.all(targets.map((target) => closedLoop(target, perProcess, seconds)))
  await full(WARM_UP_S)
  const cpuBefore = apis.reduce((sum, api) => sum + cpuSecondsOf(api.pid), 0)
  const most = await full(SECONDS)
  const cpuS = apis.reduce((sum, api) => sum + cpuSecondsOf(api.pid), 0) - cpuBefore
  const done = most.reduce((sum, { requests }) => sum + requests, 0)
  const offered = await Promise.all(
    targets.map((target) =>
      openLoop(target, { connections: perProcess, perSecond: OFFERED_PER_S / PROCESSES, seconds: SECONDS }),
    ),
  )
  const latenciesMs = offered.flatMap((each) => each.latenciesMs)
  const [given] = await deps.db('tickets').countDistinct({ n: 'number' })
  const [counter] = await deps.db('ticket_counters').max({ last: 'value' })
  const strange = [...most, ...offered].reduce((sum, each) => sum + each.strange, 0)
  if (strange > 0) throw new Error(`${strange} registrations were refused`)
  if (Number(given?.n) !== serial || Number(counter?.last) !== serial)
    throw new Error(`${serial} registrations, ${given?.n} tickets, last number ${counter?.last}`)
  const ok = report(
    'registration',
    [
      {
        name: 'registrations with ticket',
        measured: done / Math.max(...most.map(({ tookS }) => tookS)),
        limit: OFFERED_PER_S,
        unit: '/s',
        atLeast: true,
      },
      {
        name: `p99 at ${OFFERED_PER_S}/s`,
        measured: percentile(latenciesMs, 0.99),
        limit: P99_LIMIT_MS,
        unit: 'ms',
      },
    ],
    {
      clerks: CLERKS,
      processes: PROCESSES,
      apiCpuMsEach: (cpuS * MS_PER_S) / done,
      p50Ms: percentile(latenciesMs, 0.5),
      fullLoadP99Ms: percentile(
        most.flatMap((each) => each.latenciesMs),
        0.99,
      ),
    },
  )
  process.exitCode = ok ? 0 : 1
} finally {
  await Promise.all(apis.map((api) => api.stop()))
  await closeDeps(deps)
}
