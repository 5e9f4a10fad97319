import { writeAudit } from '../../../shared/audit/write.ts'
import { bumpGenerations, invalidate } from '../../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../../shared/cache/notes.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import type { Position } from '../../../shared/imports/reader.ts'
import { allocatePatientIds } from '../../../shared/patients/ids.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import { type BulkWork, ChunkConflict, type Counts, type Piece } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'
import { noteRehearsed, type Rehearsed } from '../bundle/rehearsed.ts'
import { ownPatientClaims } from '../fixes/own-claims.ts'
import { type BulkInsert, insertRows } from '../load-data.ts'
import type { PreparedSource } from '../prepare.ts'
import { forgetRefusals, saveRefusals } from '../refusals.ts'
import { loadClaims, saveClaims } from './claims.ts'
import { evenBlock, type JudgedRows, readJudged } from './judge.ts'
import { lookUp, StoredPatients } from './lookup.ts'
import { type NewRows, NewRowsMaker, writeNew } from './new-rows.ts'
import { type LookedUp, type Prepared, rehearsedPatients, type Unfinished } from './piece.ts'
import { type Outcome, outcomeOf, Plan } from './plan.ts'
import { type Candidate, keysOf } from './record.ts'
import { writeUpdates } from './write.ts'

const GENERATION_EVERY_MS = 1000
/** Rows that are looked up by one statement. */
const BLOCK_ROWS = 500
/** Bytes of the file in a piece at most (one block may be added): bounds memory where rows are long. */
const PIECE_BYTES = 8 * 1024 * 1024

/** How patients get from a prepared file into the database. */
export class PatientsWork implements BulkWork<Prepared, Position> {
  readonly #run: Run
  readonly #source: PreparedSource
  readonly #insert: BulkInsert
  readonly #importNo: number
  readonly #maker: NewRowsMaker
  /** New rows that the last piece wrote. */
  #written: NewRows | null = null
  /** No patient was stored when the run began, so that looking keys up is pointless until something contradicts. */
  #expectsNobody: boolean
  #generationAt = 0
  /** Ids that were taken beforehand: the next one, and how many are left. */
  #ids = { next: 0, left: 0 }
  /** Patients that the last piece changed. */
  #changed: { ids: string[]; note: string } | null = null

  constructor(run: Run, source: PreparedSource, insert: BulkInsert, expectsNobody: boolean) {
    this.#run = run
    this.#source = source
    this.#insert = insert
    this.#importNo = run.row.no
    this.#expectsNobody = expectsNobody
    this.#maker = new NewRowsMaker(insert, this.#origin)
  }

  async *pieces(from: Position | null, signal: AbortSignal): AsyncGenerator<Piece<Prepared, Position>, void> {
    const pieceRows = this.#run.pace.pieceRows(this.#run.deps.config.IMPORT_CHUNK_ROWS)
    const blockRows = evenBlock(pieceRows, BLOCK_ROWS)
    let end = from ?? this.#source.layout.start
    let piece = this.#begin(end)
    for await (const { judged, found } of this.#lookedUp(end, blockRows, signal)) {
      await this.#decide(piece, judged, found)
      end = judged.end
      if (piece.read + blockRows > pieceRows || end.offset - piece.from.offset >= PIECE_BYTES) {
        yield { prepared: await this.#finish(piece), end, processed: this.#done(end) }
        piece = this.#begin(end)
      }
    }
    if (piece.read > 0) yield { prepared: await this.#finish(piece), end, processed: this.#done(end) }
  }

  #done({ row }: Position): number {
    return (this.#source.doneBefore ?? 0) + row
  }

  /** Judged blocks with what is stored under their keys; a block is judged while the one before is looked up. */
  async *#lookedUp(from: Position, blockRows: number, signal: AbortSignal): AsyncGenerator<LookedUp, void> {
    let before: { judged: JudgedRows; looking: Promise<StoredPatients> } | null = null
    for await (const judged of readJudged(this.#source, from, blockRows, signal)) {
      const looking = this.#lookUp(judged.plain)
      looking.catch(() => undefined) // looked at when its turn comes; never an unhandled rejection meanwhile
      if (before !== null) yield { judged: before.judged, found: await before.looking }
      before = { judged, looking }
    }
    if (before !== null) yield { judged: before.judged, found: await before.looking }
  }

  async #lookUp(plain: readonly Candidate[]): Promise<StoredPatients> {
    const { source } = this.#options
    if (this.#expectsNobody) return new StoredPatients(source)
    return patiently(this.#run, () => lookUp(this.#run.deps.db, source, plain))
  }

  #begin(from: Position): Unfinished {
    return {
      from,
      read: 0,
      lastRow: from.row,
      refusals: [],
      watched: [],
      leftOut: {},
      rehearsed: [],
      plan: new Plan(this.#options),
    }
  }

  async #decide(piece: Unfinished, judged: JudgedRows, found: StoredPatients): Promise<void> {
    const { plan } = piece
    piece.read += judged.read
    piece.lastRow = judged.lastRow
    piece.refusals.push(...judged.refusals)
    piece.watched.push(...judged.watched)
    for (const [name, n] of Object.entries(judged.leftOut))
      piece.leftOut[name] = (piece.leftOut[name] ?? 0) + n
    plan.look(found)
    for (let i = 0; i < judged.plain.length; i++) {
      if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe()
      plan.take(judged.plain[i] as Candidate, false)
    }
    const inserts = plan.takeInserts()
    if (this.#options.dryRun) piece.rehearsed.push(...rehearsedPatients(inserts))
    else {
      const rowsLeft = this.#source.totalRows - judged.end.row
      await this.#maker.add(inserts, await this.#takeIds(inserts.length, rowsLeft))
    }
  }

  async #finish({ plan, ...piece }: Unfinished): Promise<Prepared> {
    const outcome = outcomeOf(plan)
    const rows = outcome.counts.inserted > 0 && !this.#options.dryRun ? await this.#maker.finish() : null
    return { ...piece, outcome, rows, spareIds: await this.#takeIds(piece.watched.length, 0) }
  }

  async write(trx: Knex.Transaction, prepared: Prepared, careful: boolean): Promise<Counts> {
    this.#written = prepared.rows
    if (careful) this.#expectsNobody = false
    else if (this.#hasChanged(prepared.outcome.unchangedIds))
      throw new ChunkConflict('the piece before changed a patient that was found equal')
    const outcomes = careful ? await this.#again(trx, prepared) : await this.#asGuessed(trx, prepared)
    const rerun = this.#source.isRerun === true
    const counts: Counts = {
      read: rerun ? 0 : prepared.read,
      inserted: 0,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      rejected: 0,
    }
    counts.rejected = prepared.refusals.length
    if (rerun) {
      const rows = [...prepared.refusals, ...prepared.watched].map(({ row }) => row)
      counts.rejected -= await forgetRefusals(trx, this.#importNo, rows)
    }
    for (const outcome of outcomes) {
      if (!this.#options.dryRun) await writeUpdates(trx, outcome, this.#importNo, this.#options.source)
      for (const [name, n] of Object.entries(outcome.counts)) counts[name] = (counts[name] ?? 0) + n
    }
    const ids = this.#options.dryRun ? [] : outcomes.flatMap(({ updates }) => [...updates.keys()])
    this.#changed =
      ids.length === 0 ? null : { ids, note: await noteInvalidation(trx, { domain: 'patients', ids }) }
    await saveRefusals(trx, this.#importNo, [
      ...prepared.refusals,
      ...outcomes.flatMap(({ refusals }) => refusals),
    ])
    for (const { claims } of outcomes) await saveClaims(trx, this.#importNo, claims)
    await this.#audit(trx, prepared, counts)
    return { ...counts, ...prepared.leftOut }
  }

  /** Makes cached reads see what was written: lists at most once a second, changed patients one by one. */
  async committed(): Promise<void> {
    if (this.#written !== null) this.#maker.giveBack(this.#written)
    this.#written = null
    if (this.#changed !== null) await invalidate(this.#run.deps, { domain: 'patients', ...this.#changed })
    const now = Date.now()
    if (now - this.#generationAt < GENERATION_EVERY_MS) return
    this.#generationAt = now
    await bumpGenerations(this.#run.deps, ['patients'])
  }

  /** Whether the piece before changed one of these patients. */
  #hasChanged(ids: readonly string[]): boolean {
    if (this.#changed === null) return false
    const changed = new Set(this.#changed.ids)
    return ids.some((id) => changed.has(id))
  }

  get #options() {
    return this.#source.options
  }

  get #origin() {
    return { importNo: this.#importNo, source: this.#options.source }
  }

  /**
   * The first of so many ids in a row; those that are not used are never used again. As many are taken at once as the
   * piece may need: each time costs the server a write to the disk. `rowsLeft`: rows of the file yet to be read.
   */
  async #takeIds(rows: number, rowsLeft: number): Promise<number> {
    if (rows === 0 || this.#options.dryRun) return 0
    const { next, left } = this.#ids
    if (rows <= left) {
      this.#ids = { next: next + rows, left: left - rows }
      return next
    }
    const more = Math.max(0, Math.min(this.#run.deps.config.IMPORT_CHUNK_ROWS, rowsLeft))
    const first = await patiently(this.#run, () => allocatePatientIds(this.#run.deps.db, rows + more))
    if (more > this.#ids.left) this.#ids = { next: first + rows, left: more }
    return first
  }

  /**
   * The guess for plain rows as it is, and first, so that the next piece is computed while the server loads them;
   * watched rows decided now, when all earlier chunks are committed.
   */
  async #asGuessed(trx: Knex.Transaction, prepared: Prepared): Promise<Outcome[]> {
    if (prepared.rows !== null) await writeNew(trx, this.#insert, prepared.rows)
    await this.#noteRehearsed(trx, prepared.rehearsed)
    if (prepared.watched.length === 0) return [prepared.outcome]
    const watched = await this.#decideNow(trx, prepared.watched, [])
    await this.#writeInserts(trx, watched, prepared.spareIds, insertRows)
    return [prepared.outcome, outcomeOf(watched)]
  }

  /** Everything read, looked up and decided again under locks, after a guess was wrong. */
  async #again(trx: Knex.Transaction, { from, read, lastRow }: Prepared): Promise<Outcome[]> {
    const plain: Candidate[] = []
    const watched: Candidate[] = []
    const isOfPiece = ({ row }: Candidate) => row <= lastRow
    for await (const judged of readJudged(this.#source, from, BLOCK_ROWS, this.#run.signal)) {
      plain.push(...judged.plain.filter(isOfPiece))
      watched.push(...judged.watched.filter(isOfPiece))
      if (judged.end.row >= from.row + read) break
    }
    const plan = await this.#decideNow(trx, watched, plain)
    await this.#writeInserts(trx, plan, await this.#takeIds(plan.inserts.length, 0), this.#insert)
    return [outcomeOf(plan)]
  }

  /** For the rows of other kinds of the same file. */
  #noteRehearsed(trx: Knex.Transaction, accepted: Rehearsed): Promise<void> {
    return noteRehearsed(trx, this.#importNo, this.#source.mixedKind, accepted)
  }

  async #writeInserts(trx: Knex.Transaction, plan: Plan, firstId: number, insert: BulkInsert): Promise<void> {
    const inserts = plan.takeInserts()
    if (this.#options.dryRun) await this.#noteRehearsed(trx, rehearsedPatients(inserts))
    if (inserts.length === 0 || this.#options.dryRun) return
    const maker = new NewRowsMaker(insert, this.#origin)
    await maker.add(inserts, firstId)
    await writeNew(trx, insert, await maker.finish())
  }

  async #decideNow(trx: Knex.Transaction, watched: Candidate[], plain: Candidate[]): Promise<Plan> {
    const all = [...watched, ...plain].sort((a, b) => a.row - b.row)
    // a plan changes the values it is given, and a chunk may be decided more than once
    const copies = all.map((candidate) => ({ ...candidate, patient: { ...candidate.patient } }))
    const isWatched = new Set(watched.map((candidate) => candidate.row))
    const keys = watched.flatMap((candidate) => keysOf(candidate.patient))
    const own = this.#source.isRerun === true ? await ownPatientClaims(trx, this.#origin, keys) : []
    const claimed = [...own, ...(await loadClaims(trx, this.#importNo, keys))]
    const partners = claimed.flatMap(([, { partner }]) => (partner === null ? [] : [partner]))
    const found = await lookUp(trx, this.#options.source, copies, true, partners)
    const plan = new Plan(this.#options, claimed)
    plan.look(found)
    for (const candidate of copies) plan.take(candidate, isWatched.has(candidate.row))
    return plan
  }

  async #audit(trx: Knex.Transaction, prepared: Prepared, counts: Counts): Promise<void> {
    const { row, hold } = this.#run
    await writeAudit(trx, {
      userId: row.created_by,
      action: 'imports.chunk',
      entity: 'operation',
      entityId: hold.id,
      outcome: 'ok',
      detail: { rows: prepared.read, inserted: counts.inserted, updated: counts.updated },
    })
  }
}
