import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditEntry } from '../../shared/audit/entry.ts'
import { writeAudit } from '../../shared/audit/write.ts'
import type { Knex } from '../../shared/db/connect.ts'
import { inTransaction } from '../../shared/db/transaction.ts'
import { addEvent, ring } from '../../shared/events/outbox.ts'
import { insertFile } from '../../shared/files/repository.ts'
import { openSink, type Sink } from '../../shared/files/sink.ts'
import { KEPT_MS, resultPath, resultsDir } from '../../shared/files/store.ts'
import { FORMATS, type Format } from '../../shared/files/table.ts'
import { operationEvent } from '../../shared/operations/events.ts'
import { completeOperation, holdState } from '../../shared/operations/lifecycle.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import { toSqlUtc } from '../../shared/units/clock.ts'
import { type Run, Stopped, throwIfStopped } from '../runtime/context.ts'
import { patiently, sleep } from '../runtime/patience.ts'
import { Progress } from '../runtime/progress.ts'

/** Time between two notes of progress in the database. */
const NOTE_EVERY_MS = 500

/** What a production reports while it goes on. */
export interface Reporter {
  /** How many units there will be, once it is known. */
  total(units: number): Promise<void>
  /** So many units are written; notes it now and then, rests where the clinic needs it, throws when told to stop. */
  done(units: number, tookMs: number): Promise<void>
}

/** A file to make. */
export interface Product {
  format: Format
  /** Name for the person, ASCII, without ending. */
  name: string
  reuseKey?: string | null
  /** Who asked, for the audit; null for the system. */
  by: Pick<AuditEntry, 'userId' | 'username' | 'role'> | null
  /** Whose file it is, for the audit, where it is about one patient. */
  patientId?: string
  /** Puts a file that was made before in the place of this one, if there is one that says the same. */
  earlier?(part: string): Promise<Omit<Made, 'part'> | undefined>
  /** References for the audit. */
  detail(): Record<string, unknown>
  /** What else is written when the file is there, in the transaction that ends the operation. */
  also?(trx: Knex.Transaction): Promise<void>
  /**
   * Writes the file and answers how many rows it has. Called again, on a new file, when the connection is lost: a
   * snapshot ends with its connection.
   */
  write(sink: Sink, reporter: Reporter, trx: Knex.Transaction): Promise<number>
}

async function note(run: Run, fields: Record<string, unknown>): Promise<OperationRow> {
  const row = await inTransaction(run.deps.db, async (trx) => {
    const held = await trx('operations')
      .where({ id: run.hold.id, fence: run.hold.fence, status: 'active' })
      .whereNull('cancel_requested_at')
      .update({ ...fields, heartbeat_at: trx.raw('utc_timestamp(3)'), version: trx.raw('version + 1') })
    if (held !== 1) throw await stopReason(run)
    const now = (await findOperation(trx, run.hold.id)) as OperationRow
    await addEvent(trx, operationEvent(now, run.deps.clock.now()))
    return now
  })
  ring(run.deps)
  return row
}

async function stopReason(run: Run): Promise<Stopped> {
  const state = await holdState(run.deps.db, run.hold)
  return new Stopped(state === 'cancel-requested' ? 'cancelled' : 'fenced')
}

function reporterOf(run: Run): Reporter {
  let progress = new Progress(run, 0)
  let notedAt = performance.now()
  let written = 0
  return {
    async total(units) {
      const row = await note(run, { phase: 'rows', total: units, processed: 0 })
      progress = new Progress({ ...run, row }, 0)
      notedAt = performance.now()
      written = 0
    },
    async done(units, tookMs) {
      throwIfStopped(run.signal)
      written = units
      const pause = run.pace.pauseAfter(tookMs)
      progress.note = pause.note
      if (performance.now() - notedAt >= NOTE_EVERY_MS) {
        notedAt = performance.now()
        const held = await run.deps
          .db('operations')
          .where({ id: run.hold.id, fence: run.hold.fence, status: 'active' })
          .whereNull('cancel_requested_at')
          .update({ ...progress.columns(written), version: run.deps.db.raw('version + 1') })
        if (held !== 1) throw await stopReason(run)
        await progress.committed(written, {})
      }
      if (pause.ms > 0) await sleep(pause.ms, run.signal)
      throwIfStopped(run.signal)
    },
  }
}

/** One consistent view of the whole database for as long as `work` reads: later changes are not seen, nothing is locked. */
const inSnapshot = <T>(run: Run, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> =>
  run.deps.db.transaction(work, { isolationLevel: 'repeatable read' })

interface Made {
  part: string
  rows: number
  bytes: number
  sha256: string
}

async function make(run: Run, product: Product, dir: string, n: number): Promise<Made> {
  // the fence in the name: whoever was shut out and wakes again writes into nobody's file
  const part = join(dir, `${run.hold.fence}-${n}.part`)
  const earlier = await product.earlier?.(part)
  if (earlier !== undefined) return { part, ...earlier }
  const sink = await openSink(part)
  try {
    const rows = await inSnapshot(run, (trx) => product.write(sink, reporterOf(run), trx))
    throwIfStopped(run.signal)
    return { part, rows, ...(await sink.finish()) }
  } catch (error) {
    await sink.abandon()
    await rm(part, { force: true })
    throw error
  }
}

/**
 * Makes a result file and ends the operation with it. The file grows under a temporary name; its place on the shelf,
 * the audit entry and the operation's end are one transaction. A run that is killed leaves nothing but that temporary
 * file: the next one begins anew in a fresh view of the data, because half a file of another instant is worth nothing.
 */
export async function produceFile(run: Run, product: Product): Promise<void> {
  const dir = join(run.deps.config.DATA_DIR, 'work', run.hold.id)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await mkdir(resultsDir(run.deps), { recursive: true, mode: 0o700 })
  try {
    let n = 0
    const made = await patiently(run, () => make(run, product, dir, n++))
    await shelve(run, product, made)
  } finally {
    // a run that has taken over has files of its own here
    if (run.signal.reason?.reason !== 'fenced')
      await rm(dir, { recursive: true, force: true }).catch(() => null)
  }
}

async function shelve(run: Run, product: Product, { part, rows, bytes, sha256 }: Made): Promise<void> {
  const { deps, hold } = run
  const { ending, contentType } = FORMATS[product.format]
  const path = `${hold.id}-${hold.fence}.${ending}`
  await rename(part, resultPath(deps, path)).catch(async (error) => {
    // whoever has taken over and ended took our working files away with his
    if ((await holdState(deps.db, hold)) === 'fenced') throw new Stopped('fenced')
    throw error
  })
  const at = deps.clock.now()
  const expiresAt = new Date(at.getTime() + KEPT_MS)
  const name = `${product.name}.${ending}`
  const result = { name, bytes, contentType, sha256, expiresAt: expiresAt.toISOString() }
  const fields = { phase: null, result: JSON.stringify(result), processed: rows, total: rows }
  const ended = await patiently(run, () =>
    completeOperation(deps, hold, fields, async (trx) => {
      await insertFile(trx, {
        operation_id: hold.id,
        path,
        name,
        content_type: contentType,
        bytes,
        sha256,
        row_count: rows,
        reuse_key: product.reuseKey ?? null,
        created_by: run.row.created_by,
        created_at: toSqlUtc(at),
        expires_at: toSqlUtc(expiresAt),
      })
      await writeAudit(trx, {
        ...product.by,
        action: `${run.row.type}s.written`,
        entity: 'operation',
        entityId: hold.id,
        patientId: product.patientId ?? null,
        outcome: 'ok',
        detail: { kind: run.row.kind, rows, sha256, ...product.detail() },
      })
      await product.also?.(trx)
    }),
  )
  if (ended === 'completed') return
  await rm(resultPath(deps, path), { force: true })
  if (ended === 'fenced') throw new Stopped('fenced')
}
