import { randomInt } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Deps } from '../../../shared/deps.ts'
import type { JobQueues } from '../../../shared/jobs/queues.ts'
import { requestOperation } from '../../../shared/operations/commands.ts'
import { findOperation, type OperationRow } from '../../../shared/operations/repository.ts'
import { REFUSED_EVERY, writePeople } from '../../../shared/testing/people.ts'
import { startProcess, type TestProcess } from '../../../shared/testing/processes.ts'
import { newId } from '../../../shared/units/ids.ts'

const POLL_MS = 15

/** An import that real processes carry out, seen from outside. */
export interface WatchedImport {
  id: string
  rows: number
  record(): Promise<OperationRow>
  /** Waits until so much of the file is processed; 0 … 1. */
  reaches(share: number, withinMs?: number): Promise<void>
  /** Waits for the next checkpoint after now and answers how many seconds that took. */
  goesOn(withinMs?: number): Promise<number>
  /** Waits for the end, and checks every invariant on it. */
  endsExactly(withinMs?: number): Promise<OperationRow>
}

export interface ProcessRig {
  start(env?: Record<string, string>): Promise<TestProcess>
  /** Writes a file of people and asks for its import; numbers of different imports do not meet. */
  importPeople(rows: number, from?: number): Promise<WatchedImport>
  /** The live process that holds an operation. */
  holder(id: string): Promise<TestProcess>
  close(): Promise<void>
}

/** Real workers on the database of `deps`; `env` is the environment of every process. */
export function processRig(deps: Deps, queues: JobQueues, env: Record<string, string>): ProcessRig {
  const processes = new Set<TestProcess>()

  const rig: ProcessRig = {
    async start(more = {}) {
      const worker = await startProcess('worker', { ...env, ...more })
      processes.add(worker)
      worker.ended.then(() => processes.delete(worker))
      await worker.ready()
      return worker
    },
    async importPeople(rows, from = 0) {
      const dir = join(deps.config.DATA_DIR, 'uploads')
      await mkdir(dir, { recursive: true })
      const path = join(dir, newId())
      await writePeople(path, rows, from)
      const { size: bytes } = await stat(path)
      const file = { name: 'people.csv', bytes, sha256: newId().replaceAll('-', '').padEnd(64, '0'), path }
      const request = { type: 'import' as const, kind: 'patients', params: {}, file }
      const { row } = await requestOperation(deps, queues, request, { principal: null })
      return watch(deps, row, rows)
    },
    async holder(id) {
      for (;;) {
        const pid = Number((await findOperation(deps.db, id))?.worker?.split(':').at(-1))
        for (const process of processes) if (process.pid === pid) return process
        await sleep(POLL_MS)
      }
    },
    close: async () => {
      await Promise.all([...processes].map((process) => process.stop()))
    },
  }
  return rig
}

const ENDED = new Set(['completed', 'failed', 'cancelled'])

function watch(deps: Deps, { id, no }: OperationRow, rows: number): WatchedImport {
  let highest = 0
  const record = async () => {
    const row = (await findOperation(deps.db, id)) as OperationRow
    // INV-3: what anybody sees never goes down, and 100 is only said at the end
    expect(Number(row.percent)).toBeGreaterThanOrEqual(highest)
    highest = Number(row.percent)
    if (highest === 100) expect(row.status).toBe('completed')
    return row
  }
  async function until(what: string, withinMs: number, test: (row: OperationRow) => boolean) {
    for (const startedAt = Date.now(); ; await sleep(POLL_MS)) {
      // the database may be what is away just now
      const row = await record().catch((error: Error) => {
        if (error.name === 'AssertionError') throw error
        return null
      })
      if (row !== null && test(row)) return row
      if (Date.now() - startedAt > withinMs)
        throw new Error(`no ${what} within ${withinMs} ms: ${JSON.stringify({ ...row, cursor_state: 0 })}`)
    }
  }
  const watched: WatchedImport = {
    id,
    rows,
    record,
    reaches: async (share, withinMs = 60_000) => {
      await until(
        `${share} of the file`,
        withinMs,
        (row) => row.processed >= share * rows || ENDED.has(row.status),
      )
    },
    async goesOn(withinMs = 60_000) {
      const startedAt = Date.now()
      let from: number | null = null
      await until('progress', withinMs, (row) => {
        from ??= row.processed
        return row.processed > from || ENDED.has(row.status)
      })
      return (Date.now() - startedAt) / 1000
    },
    async endsExactly(withinMs = 120_000) {
      const row = await until('end', withinMs, ({ status }) => ENDED.has(status))
      expect(row.error).toBeNull()
      expect(row.status).toBe('completed')
      await expectExact(deps, row, no, rows)
      return row
    },
  }
  return watched
}

/** INV-1, 2 and 5 for an import of {@link writePeople}: every row once, every refusal once, nothing left over. */
async function expectExact(deps: Deps, row: OperationRow, no: number, rows: number): Promise<void> {
  const bad = Math.floor(rows / REFUSED_EVERY)
  expect(row.counts).toMatchObject({
    ...{ read: rows, inserted: rows - bad, updated: 0, unchanged: 0, skipped: 0, rejected: bad },
  })
  const people = await deps
    .db('patients')
    .where({ import_no: no })
    .count({ n: '*' })
    .countDistinct({ keys: 'external_id' })
    .first()
  expect([Number(people?.n), Number(people?.keys)]).toEqual([rows - bad, rows - bad])
  const words = await deps
    .db('patient_words as w')
    .join('patients as p', 'p.id', 'w.patient_id')
    .where('p.import_no', no)
    .countDistinct({ n: 'w.patient_id' })
    .first()
  expect(Number(words?.n)).toBe(rows - bad)
  const refused = await deps
    .db('operation_errors')
    .where({ operation_no: no })
    .orderBy('row_no')
    .pluck('row_no')
  expect(refused.map(Number)).toEqual(Array.from({ length: bad }, (_, i) => (i + 1) * REFUSED_EVERY))
  const audited = await deps
    .db('audit_entries')
    .where({ action: 'imports.chunk', entity_id: row.id })
    .sum({ rows: deps.db.raw("json_value(detail, '$.rows')") })
    .first()
  expect(Number(audited?.rows)).toBe(rows)
  for (const startedAt = Date.now(); ; await sleep(100)) {
    const left = await deps.db('outbox_events').count({ n: '*' }).first()
    if (Number(left?.n) === 0) break
    expect(Date.now() - startedAt, 'outbox not empty').toBeLessThan(60_000)
  }
}

/** A random moment: waits up to so many milliseconds. */
export const aMoment = (upToMs: number): Promise<void> => sleep(randomInt(upToMs))
