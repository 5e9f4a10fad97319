// What the production proxy with TLS costs: a cached read and an event, through it and straight from the API.
import { connect } from 'node:net'
import { closeDeps } from '../../shared/deps.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { bigPatient, getRequest, signedIn } from '../lib/fixture.ts'
import { closedLoop, connected, openLoop, type Target } from '../lib/load.ts'
import { cpuSecondsOf } from '../lib/process.ts'
import { median, percentile, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'
import { startNginx } from './nginx.ts'
import { eventLatencies } from './streams.ts'

const ROUNDS = 3
/** Each from an address of its own, so that the proxy's limit of an address (200 a second) is met by none. */
const CONNECTIONS = 100
const OFFERED_PER_S = 500
const OFFERED_SECONDS = 10
const CLOSED_SECONDS = 5
const MICROS = 1_000_000

const deps = await benchDeps()
const env = benchEnv(deps.config, { TRUST_PROXY: '1' })
const api = await startProcess('api', env)
// the system as it runs: the worker drains the audit lines that the reads write
const worker = await startProcess('worker', env)
await Promise.all([api.ready(), worker.ready()])
const apiPort = Number(new URL(api.url).port)
const proxy = await startNginx(apiPort)
try {
  const secret = (await signedIn(deps)).split('=')[1]
  // one name over plain HTTP of the machine itself, another under TLS
  const cookie = `clinic=${secret}; __Host-clinic=${secret}`
  const head = getRequest(`/api/patients/${await bigPatient(deps)}`, { Cookie: cookie })
  const direct: Target = { port: apiPort, head }
  const through: Target = { port: proxy.port, head, connect: proxy.connect }
  const nginxCpu = () => proxy.pids().reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
  const raw = { direct: newFigures(), through: newFigures(), proxyCpuUs: [] as number[] }
  for (const target of [direct, through]) await closedLoop(target, CONNECTIONS, 2)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [target, figures] of [
      [direct, raw.direct],
      [through, raw.through],
    ] as const) {
      const offer = { connections: CONNECTIONS, perSecond: OFFERED_PER_S, seconds: OFFERED_SECONDS }
      const offered = await openLoop(target, offer)
      figures.p50Ms.push(percentile(offered.latenciesMs, 0.5))
      figures.p99Ms.push(percentile(offered.latenciesMs, 0.99))
      const cpuBefore = nginxCpu()
      const closed = await closedLoop(target, CONNECTIONS, CLOSED_SECONDS)
      figures.perSecond.push(closed.requests / closed.tookS)
      if (target === through) raw.proxyCpuUs.push(((nginxCpu() - cpuBefore) / closed.requests) * MICROS)
      figures.strange += offered.strange + closed.strange
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    raw.direct.events.push(
      ...(await eventLatencies(deps, () => connected(connect(apiPort, '127.0.0.1')), cookie)),
    )
    raw.through.events.push(...(await eventLatencies(deps, proxy.connect, cookie)))
  }
  const refused = [raw.direct.strange, raw.through.strange]
  if (refused.some((n) => n > 0)) throw new Error(`refused: ${refused.join(' straight, ')} through the proxy`)
  const eventP99Ms = (figures: Figures) => percentile(figures.events, 0.99)
  const ok = report(
    'proxy',
    [
      { name: 'read at 500/s, p99', measured: median(raw.through.p99Ms), limit: 20, unit: 'ms' },
      {
        name: 'rate of reads, 100 connections',
        measured: median(raw.through.perSecond) / median(raw.direct.perSecond),
        limit: 0.4,
        unit: 'of direct',
        atLeast: true,
      },
      { name: 'event, p99', measured: eventP99Ms(raw.through), limit: 50, unit: 'ms' },
    ],
    {
      direct: summary(raw.direct),
      through: summary(raw.through),
      proxyCpuUsARequest: raw.proxyCpuUs,
    },
  )
  console.log('direct ', JSON.stringify(summary(raw.direct)))
  console.log('through', JSON.stringify(summary(raw.through)), 'CPU of nginx, µs:', median(raw.proxyCpuUs))
  process.exitCode = ok ? 0 : 1
} finally {
  await proxy.stop()
  await api.stop()
  await worker.stop()
  await closeDeps(deps)
}

interface Figures {
  p50Ms: number[]
  p99Ms: number[]
  perSecond: number[]
  events: number[]
  strange: number
}

function newFigures(): Figures {
  return { p50Ms: [], p99Ms: [], perSecond: [], events: [], strange: 0 }
}

function summary({ p50Ms, p99Ms, perSecond, events }: Figures) {
  return {
    readP50Ms: median(p50Ms),
    readP99Ms: median(p99Ms),
    readsPerSecond: median(perSecond),
    eventP50Ms: median(events),
    eventP99Ms: percentile(events, 0.99),
  }
}
