// What a cached read (a patient, the queue's board) costs: session, rights, limit, audit line and all, against a bare
// server of the same bytes.
import { type ChildProcess, fork } from 'node:child_process'
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

/** Tickets on the board that is read: a full morning. */
const TICKETS = 60

/** A server that does nothing but answer these bytes. */
async function bareServer(body: Buffer): Promise<{ process: ChildProcess; port: number }> {
  const server = fork(fileURLToPath(new URL('./bare.js', import.meta.url)), {
    env: { BODY: body.toString('base64') },
  })
  const [port] = (await once(server, 'message')) as [number]
  return { process: server, port }
}

/** Fills the day's queue as the front desk does. */
async function fillBoard(url: string, cookie: string, patientId: string): Promise<void> {
  const headers = { cookie, 'X-Requested-With': 'clinic', 'Content-Type': 'application/json' }
  const body = JSON.stringify({ patientId, reason: 'Fever' })
  for (let n = 0; n < TICKETS; n++) {
    const { ok, status } = await fetch(`${url}/api/queue`, { method: 'POST', headers, body })
    if (!ok) throw new Error(`a ticket was answered ${status}`)
  }
}

const deps = await benchDeps()
const api = await startProcess('api', benchEnv(deps.config))
// the system as it runs: the worker drains the audit lines that the reads write
const worker = await startProcess('worker', benchEnv(deps.config))
const bares: ChildProcess[] = []
try {
  await Promise.all([api.ready(), worker.ready()])
  const cookie = await signedIn(deps)
  const id = await bigPatient(deps)
  const first = await fetch(`${api.url}/api/patients/${id}`, { headers: { cookie } })
  const body = Buffer.from(await first.arrayBuffer())
  const etag = first.headers.get('etag') ?? ''
  await fillBoard(api.url, cookie, id)
  const board = Buffer.from(
    await (await fetch(`${api.url}/api/queue`, { headers: { cookie } })).arrayBuffer(),
  )
  const bare = await bareServer(body)
  bares.push(bare.process)
  const boardBare = await bareServer(board)
  bares.push(boardBare.process)
  const port = Number(new URL(api.url).port)
  const read: Target = { port, head: getRequest(`/api/patients/${id}`, { Cookie: cookie }) }
  const again: Target = {
    port,
    head: getRequest(`/api/patients/${id}`, { Cookie: cookie, 'If-None-Match': etag }),
  }
  const limit: Target = { port: bare.port, head: getRequest('/', { Cookie: cookie }) }
  const boardRead: Target = { port, head: getRequest('/api/queue', { Cookie: cookie }) }
  const boardLimit: Target = { port: boardBare.port, head: getRequest('/', { Cookie: cookie }) }
  const costs = {
    bare: [] as number[],
    read: [] as number[],
    again: [] as number[],
    boardBare: [] as number[],
    board: [] as number[],
  }
  await closedLoop(read, CONNECTIONS, 2)
  await closedLoop(again, CONNECTIONS, 2)
  await closedLoop(limit, CONNECTIONS, 2)
  await closedLoop(boardRead, CONNECTIONS, 2)
  await closedLoop(boardLimit, CONNECTIONS, 2)
  for (let n = 0; n < ROUNDS; n++) {
    costs.bare.push(await cpuPerRequest(bare.process.pid as number, limit))
    costs.read.push(await cpuPerRequest(api.pid, read))
    costs.again.push(await cpuPerRequest(api.pid, again))
    costs.boardBare.push(await cpuPerRequest(boardBare.process.pid as number, boardLimit))
    costs.board.push(await cpuPerRequest(api.pid, boardRead))
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
        name: `board of ${TICKETS} tickets, CPU`,
        measured: median(costs.boardBare) / median(costs.board),
        limit: 0.3,
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
      boardBytes: board.length,
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
  for (const bare of bares) bare.kill()
  await api.stop()
  await worker.stop()
  await closeDeps(deps)
}
