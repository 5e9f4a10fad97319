// What the clinic feels while a file is imported: 50 cached reads a second, idle and beside an import.
import { copyFileSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { closeDeps } from '../../shared/deps.ts'
import { closeQueues, openQueues } from '../../shared/jobs/queues.ts'
import { requestOperation } from '../../shared/operations/commands.ts'
import { findOperation } from '../../shared/operations/repository.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { newId } from '../../shared/units/ids.ts'
import { writePeople } from '../import/people.ts'
import { bigPatient, getRequest, signedIn } from '../lib/fixture.ts'
import { openLoop } from '../lib/load.ts'
import { percentile, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '600000' } }, strict: false })
const ROWS = Number(values.rows)
const OFFERED = { connections: 20, perSecond: 50, seconds: 20 }
const WARM_UP_S = 3

const deps = await benchDeps()
const queues = openQueues(deps)
const uploads = join(deps.config.DATA_DIR, 'uploads')
const dir = deps.config.DATA_DIR

/** Starts an import and answers how many rows a second it does over `seconds`, after its preparation. */
async function startImport(csv: string): Promise<string> {
  const path = join(uploads, newId())
  copyFileSync(csv, path)
  const file = { name: 'people.csv', bytes: statSync(csv).size, sha256: '0'.repeat(64), path }
  const request = { type: 'import' as const, kind: 'patients', params: { options: {} }, file }
  const { row } = await requestOperation(deps, queues, request, { principal: null })
  for (;;) {
    const now = await findOperation(deps.db, row.id)
    if ((now?.processed ?? 0) > 0) return row.id
    await sleep(50)
  }
}

async function rateOver<T>(id: string, work: () => Promise<T>): Promise<{ rate: number; result: T }> {
  const before = await findOperation(deps.db, id)
  const startedAt = performance.now()
  const result = await work()
  const after = await findOperation(deps.db, id)
  const tookS = (performance.now() - startedAt) / 1000
  if (after?.status !== 'active') throw new Error('The import ended while it was watched: give it more rows')
  return { rate: ((after?.processed ?? 0) - (before?.processed ?? 0)) / tookS, result }
}

mkdirSync(uploads, { recursive: true })
const api = await startProcess('api', benchEnv(deps.config))
try {
  await api.ready()
  const cookie = await signedIn(deps)
  const id = await bigPatient(deps)
  await deps.db('counters').where({ name: 'patient' }).update({ value: 1 })
  const target = {
    port: Number(new URL(api.url).port),
    head: getRequest(`/api/patients/${id}`, { Cookie: cookie }),
  }
  const offered = () => openLoop(target, OFFERED)
  await openLoop(target, { ...OFFERED, seconds: WARM_UP_S })
  const idle = await offered()

  const night = join(dir, 'night.csv')
  await writePeople(night, ROWS)
  let worker = await startProcess('worker', benchEnv(deps.config, { CLINIC_FIRST: 'off' }))
  await worker.ready()
  const nightId = await startImport(night)
  const atNight = await rateOver(nightId, () => sleep(8000))
  await worker.stop()
  await deps.db('operations').where({ id: nightId }).update({ status: 'cancelled' })

  worker = await startProcess('worker', benchEnv(deps.config, { CLINIC_FIRST: 'on' }))
  await worker.ready()
  await openLoop(target, { ...OFFERED, seconds: WARM_UP_S })
  const dayId = await startImport(night)
  const byDay = await rateOver(dayId, offered)
  await worker.stop()

  const idleP95 = percentile(idle.latenciesMs, 0.95)
  const ok = report(
    'clinic',
    [
      {
        name: 'p95 of 50 cached reads/s beside an import',
        measured: percentile(byDay.result.latenciesMs, 0.95),
        limit: Math.max(1.25 * idleP95, idleP95 + 3),
        unit: 'ms',
      },
      {
        name: 'import beside the clinic',
        measured: byDay.rate,
        limit: 0.25 * atNight.rate,
        unit: 'rows/s',
        atLeast: true,
      },
    ],
    {
      idleP50Ms: percentile(idle.latenciesMs, 0.5),
      idleP95Ms: idleP95,
      dayP50Ms: percentile(byDay.result.latenciesMs, 0.5),
      dayP99Ms: percentile(byDay.result.latenciesMs, 0.99),
      nightRowsPerS: atNight.rate,
    },
  )
  process.exitCode = ok ? 0 : 1
} finally {
  await api.stop()
  await closeQueues(queues)
  await closeDeps(deps)
}
