import { writeAudit } from '../../../shared/audit/write.ts'
import { bumpGenerations, invalidate } from '../../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../../shared/cache/notes.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import type { Position } from '../../../shared/imports/reader.ts'
import { toSqlUtc } from '../../../shared/units/clock.ts'
import type { BulkWork, Counts, Piece } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'
import { ownRecordClaims } from '../fixes/own-claims.ts'
import { insertRows } from '../load-data.ts'
import { loadClaims, saveClaims } from '../patients/claims.ts'
import type { PreparedSource } from '../prepare.ts'
import { forgetRefusals, saveRefusals } from '../refusals.ts'
import { allocateIds } from './ids.ts'
import { readPieces } from './judge.ts'
import type { Candidate, Context, Effect, RecordKind, References } from './kind.ts'
import { claimKey, lookUp } from './lookup.ts'
import { type Plan, planPiece } from './plan.ts'
import { insertRecords, keepImages, updateRecords, withIds } from './write.ts'

const GENERATION_EVERY_MS = 1000
const MOST_PIECE_ROWS = 2000
/** Bytes of the file in a piece at most (one row may be added): bounds memory where rows are long. */
const PIECE_BYTES = 4 * 1024 * 1024
/** Names what a rehearsal notes, apart from the claims of keys. */
const NOTED = 'n:'

/** A piece judged by itself; what it refers to and what is stored is looked up inside its transaction. */
interface Prepared {
  read: number
  candidates: Candidate[]
  leftOut: Counts
  firstId: number
}

/**
 * How records of any kind but patients get from a prepared file into the database. Everything that depends on what is
 * stored is looked up under locks in the piece's own transaction, so nothing is ever guessed: two imports of the same
 * keys, or an import and the page, meet at the unique keys, and the piece that came second is decided again.
 */
export class RecordsWork implements BulkWork<Prepared, Position> {
  readonly #run: Run
  readonly #source: PreparedSource
  readonly #kind: RecordKind
  #generationAt = 0
  #changed: { domain: string; ids: string[]; note: string }[] = []

  constructor(run: Run, source: PreparedSource, kind: RecordKind) {
    this.#run = run
    this.#source = source
    this.#kind = kind
  }

  async *pieces(from: Position | null, signal: AbortSignal): AsyncGenerator<Piece<Prepared, Position>, void> {
    const { pace, deps } = this.#run
    const rows = Math.min(MOST_PIECE_ROWS, pace.pieceRows(deps.config.IMPORT_CHUNK_ROWS))
    const start = from ?? this.#source.layout.start
    const size = { rows, bytes: PIECE_BYTES }
    for await (const judged of readPieces(this.#source, this.#kind.rules, start, size, signal)) {
      const { read, candidates, leftOut, end } = judged
      const firstId = await this.#takeIds(read)
      const processed = (this.#source.doneBefore ?? 0) + end.row
      yield { prepared: { read, candidates, leftOut, firstId }, end, processed }
    }
  }

  async write(trx: Knex.Transaction, prepared: Prepared): Promise<Counts> {
    const importNo = this.#run.row.no
    const { source, dryRun, onDuplicate } = this.#source.options
    const { candidates, read, leftOut } = prepared
    const rerun = this.#source.isRerun === true
    const claimed = new Map(await loadClaims(trx, importNo, this.#keysOf(candidates)))
    const noted = new Map(
      [...claimed].flatMap(([key, { partner }]) =>
        key.startsWith(NOTED) && partner !== null ? [[key.slice(NOTED.length), partner] as const] : [],
      ),
    )
    const importerId = this.#run.row.created_by
    const context: Context = { trx, importNo, source, dryRun, importerId, noted }
    if (rerun)
      for (const [key, claim] of await ownRecordClaims(this.#kind, this.#name, context, candidates))
        if (!claimed.has(key)) claimed.set(key, claim)
    const found = await lookUp(this.#kind, context, candidates)
    const references = await this.#kind.references?.(context, candidates)
    const plan = planPiece({ kind: this.#kind, onDuplicate, found, claimed, references }, candidates)
    const changedIds = dryRun ? [] : await this.#writePlan(context, plan, prepared.firstId)
    const rows = candidates.map(({ row }) => row)
    const tried = rerun ? await forgetRefusals(trx, importNo, rows) : 0
    await saveRefusals(trx, importNo, plan.refusals)
    await saveClaims(trx, importNo, this.#claimsOf(plan, references))
    await this.#noteChanged(trx, changedIds)
    await this.#audit(trx, read, plan.counts)
    const counts = { ...plan.counts, rejected: plan.counts.rejected - tried }
    return { read: rerun ? 0 : read, ...counts, ...leftOut }
  }

  /** Makes cached reads see what was written: lists at most once a second, changed records one by one. */
  async committed(): Promise<void> {
    for (const changed of this.#changed) await invalidate(this.#run.deps, changed)
    this.#changed = []
    const now = Date.now()
    if (now - this.#generationAt < GENERATION_EVERY_MS) return
    this.#generationAt = now
    await bumpGenerations(this.#run.deps, this.#kind.domains)
  }

  get #name(): string {
    return this.#run.row.kind as string
  }

  async #takeIds(rows: number): Promise<number> {
    if (this.#kind.countedIds !== true || this.#source.options.dryRun) return 0
    return patiently(this.#run, () => allocateIds(this.#run.deps.db, rows))
  }

  /** The claims that these rows may meet; in a rehearsal also what it noted. */
  #keysOf(candidates: readonly Candidate[]): string[] {
    const unique = [this.#kind.key, ...this.#kind.others]
    const keys = candidates
      .filter(({ isWatched }) => isWatched)
      .flatMap(({ values }) =>
        unique.flatMap(({ field }, at) => {
          const value = values[field]
          return typeof value === 'string' ? [claimKey(at, value)] : []
        }),
      )
    if (!this.#source.options.dryRun) return keys
    return [...keys, ...(this.#kind.notedKeys?.(candidates) ?? []).map((key) => NOTED + key)]
  }

  #claimsOf(plan: Plan, references: References | undefined): Plan['claims'] {
    if (!this.#source.options.dryRun) return plan.claims
    const claims = new Map(plan.claims)
    for (const [key, partner] of references?.keep?.() ?? []) claims.set(NOTED + key, { row: 0, partner })
    return claims
  }

  async #writePlan(context: Context, plan: Plan, firstId: number): Promise<string[]> {
    const now = toSqlUtc(this.#run.deps.clock.now())
    const isCounted = this.#kind.countedIds === true
    const inserts = plan.inserts.map(({ values }, at) => ({
      id: isCounted ? String(firstId + at) : null,
      values,
    }))
    const updates = [...plan.updates.values()].sort((a, b) => Number(a.stored.id) - Number(b.stored.id))
    const stored = updates.map((update) => update.stored)
    if (inserts.length > 0) await insertRecords(this.#kind, context, insertRows, inserts, now)
    const changedIds = stored.map(({ id }) => id as string)
    if (changedIds.length > 0) await this.#kind.forget?.(context, changedIds)
    await updateRecords(this.#kind, context.trx, stored, now)
    await keepImages(context, this.#name, updates)
    const made =
      isCounted || this.#kind.follow === undefined ? inserts : await withIds(this.#kind, context, inserts)
    const effects: Effect[] = [
      ...made.flatMap(({ id, values }) => (id === null ? [] : [{ id, before: null, after: values }])),
      ...updates.map(({ stored: { id, values }, before }) => ({ id: id as string, before, after: values })),
    ]
    if (effects.length > 0) await this.#kind.follow?.(context, effects, insertRows)
    return changedIds
  }

  async #noteChanged(trx: Knex.Transaction, ids: string[]): Promise<void> {
    this.#changed = []
    if (ids.length === 0) return
    for (const domain of this.#kind.domains)
      this.#changed.push({ domain, ids, note: await noteInvalidation(trx, { domain, ids }) })
  }

  async #audit(trx: Knex.Transaction, rows: number, { inserted, updated }: Plan['counts']): Promise<void> {
    const { row, hold } = this.#run
    await writeAudit(trx, {
      userId: row.created_by,
      action: 'imports.chunk',
      entity: 'operation',
      entityId: hold.id,
      outcome: 'ok',
      detail: { rows, inserted, updated },
    })
  }
}
