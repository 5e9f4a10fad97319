// What a cached read costs: session, rights, limit, audit line and all, against a bare server of the same bytes.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { closeDeps } from '../../shared/deps.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { bigPatient, getRequest, signedIn } from '../lib/fixture.ts'
import { closedLoop, openLoop, type Target } from '../lib/load.ts'
import { cpuSecondsOf } from '../lib/process.ts'
import { median, percentile, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'

const CONNECTIONS = 100
const SECONDS = 5
const ROUNDS = 5
const OFFERED_PER_S = 500
const OFFERED_SECONDS = 20
const MICROS = 1_000_000

/** Microseconds of a process's CPU for one request. */
async function cpuPerRequest(pid: number, target: Target): Promise<number> {
  const before = cpuSecondsOf(pid)
  const { requests, strange } = await closedLoop(target, CONNECTIONS, SECONDS)
  if (strange > 0) throw new Error(`${strange} of ${requests} answers were refused`)
  return ((cpuSecondsOf(pid) - before) / requests) * MICROS
}

const deps = await benchDeps()
const api = await startProcess('api', benchEnv(deps.config))
// the system as it runs: the worker drains the audit lines that the reads write
const worker = await startProcess('worker', benchEnv(deps.config))
let bare: ReturnType<typeof fork> | undefined
try {
  await Promise.all([api.ready(), worker.ready()])
  const cookie = await signedIn(deps)
  const id = await bigPatient(deps)
  const first = await fetch(`${api.url}/api/patients/${id}`, { headers: { cookie } })
  const body = Buffer.from(await first.arrayBuffer())
  const etag = first.headers.get('etag') ?? ''
  bare = fork(fileURLToPath(new URL('./bare.js', import.meta.url)), {
    env: { BODY: body.toString('base64') },
  })
  const [barePort] = (await once(bare, 'message')) as [number]
  const port = Number(new URL(api.url).port)
  const read: Target = { port, head: getRequest(`/api/patients/${id}`, { Cookie: cookie }) }
  const again: Target = {
    port,
    head: getRequest(`/api/patients/${id}`, { Cookie: cookie, 'If-None-Match': etag }),
  }
  const limit: Target = { port: barePort, head: getRequest('/', { Cookie: cookie }) }
  const costs: Record<'bare' | 'read' | 'again', number[]> = { bare: [], read: [], again: [] }
  await closedLoop(read, CONNECTIONS, 2)
  await closedLoop(again, CONNECTIONS, 2)
  await closedLoop(limit, CONNECTIONS, 2)
  for (let n = 0; n < ROUNDS; n++) {
    costs.bare.push(await cpuPerRequest(bare.pid as number, limit))
    costs.read.push(await cpuPerRequest(api.pid, read))
    costs.again.push(await cpuPerRequest(api.pid, again))
  }
  const offered = await openLoop(read, {
    connections: CONNECTIONS,
    perSecond: OFFERED_PER_S,
    seconds: OFFERED_SECONDS,
  })
  const bareUs = median(costs.bare)
  const ok = report(
    'read',
    [
      {
        name: 'cached read, CPU',
        measured: bareUs / median(costs.read),
        limit: 0.3,
        unit: 'of bare',
        atLeast: true,
      },
      {
        name: '304, CPU',
        measured: bareUs / median(costs.again),
        limit: bareUs / median(costs.read),
        unit: 'of bare',
        atLeast: true,
      },
      {
        name: 'p99 at 500/s, 100 connections',
        measured: percentile(offered.latenciesMs, 0.99),
        limit: 10,
        unit: 'ms',
      },
    ],
    {
      bytes: body.length,
      cpuUs: costs,
      p50Ms: percentile(offered.latenciesMs, 0.5),
      strange: offered.strange,
    },
  )
  process.exitCode = ok ? 0 : 1
} catch (error) {
  console.error(api.output().slice(-4000))
  throw error
} finally {
  bare?.kill()
  await api.stop()
  await worker.stop()
  await closeDeps(deps)
}
