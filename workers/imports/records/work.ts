import { writeAudit } from '../../../shared/audit/write.ts'
import { bumpGenerations, invalidate } from '../../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../../shared/cache/notes.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import type { Position } from '../../../shared/imports/reader.ts'
import { toSqlUtc } from '../../../shared/units/clock.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import { type BulkWork, ChunkConflict, type Counts, type Piece } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'
import type { BulkInsert } from '../load-data.ts'
import { evenBlock } from '../patients/judge.ts'
import type { PreparedSource } from '../prepare.ts'
import { forgetRefusals, saveRefusals } from '../refusals.ts'
import type { RowText } from '../row-text.ts'
import { type Decided, decideRows, type HowToDecide } from './decide.ts'
import { type Guess, Guesser, guessing, isNothingStored, type Met, meet } from './guess.ts'
import { allocateIds } from './ids.ts'
import { type JudgedRows, readJudgedRows } from './judge.ts'
import type { Candidate, RecordKind } from './kind.ts'
import { newColumns } from './write.ts'

const GENERATION_EVERY_MS = 1000
/** Rows that are judged and looked up at once; see `patients/work.ts`. */
const BLOCK_ROWS = 500
/** Bytes of the file in a piece at most (one block may be added): bounds memory where rows are long. */
const PIECE_BYTES = 4 * 1024 * 1024

/** A piece, decided as far as that may be guessed; its rows are read again where that is not to be. */
interface Prepared {
  /** Where it begins in the file. */
  from: Position
  read: number
  leftOut: Counts
  /** First of the ids that are kept for it. */
  firstId: number
  /** Null: every row is decided under locks. */
  guess: Guess | null
  /** First of the ids that the guess left. */
  nextId: number
}

/** A kind and how it is called. */
export interface NamedKind {
  name: string
  kind: RecordKind
}

/** A piece that takes in block after block. */
type Unfinished = Omit<Prepared, 'guess' | 'nextId'> & { guesser: Guesser | null }

const NO_COUNTS: Counts = { inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 }
const NOTHING_DECIDED: Decided = { changedIds: [], counts: {}, isRefusedByOthers: false }

const plus = (counts: Counts, added: Counts): Counts => {
  const sum = { ...counts }
  for (const [name, n] of Object.entries(added)) sum[name] = (sum[name] ?? 0) + n
  return sum
}

/**
 * How records of any kind but patients get from a prepared file into the database. A piece is looked up and its new
 * records are made rows while the piece before is being written; its transaction checks what that was made from. Where
 * it does not hold, and for every row that meets a stored record or another row, all is looked up again under locks: two
 * imports of the same keys, or an import and the page, meet at the unique keys, and the piece that came second is
 * decided again.
 */
export class RecordsWork implements BulkWork<Prepared, Position> {
  readonly #run: Run
  readonly #source: PreparedSource
  readonly #kind: RecordKind
  readonly #name: string
  readonly #insert: BulkInsert
  readonly #spare: RowText[] = []
  /** Nothing of the kind was stored when the run began, so that looking keys up is pointless until something contradicts. */
  #expectsNothing: boolean | null = null
  #written: RowText | null = null
  #generationAt = 0
  #changed: { domain: string; ids: string[]; note: string }[] = []

  /** `kind`: with its name. */
  constructor(run: Run, source: PreparedSource, kind: NamedKind, insert: BulkInsert) {
    this.#run = run
    this.#source = source
    this.#kind = kind.kind
    this.#name = kind.name
    this.#insert = insert
  }

  async *pieces(from: Position | null, signal: AbortSignal): AsyncGenerator<Piece<Prepared, Position>, void> {
    const { pace, deps } = this.#run
    const pieceRows = pace.pieceRows(deps.config.IMPORT_CHUNK_ROWS)
    const blockRows = evenBlock(pieceRows, BLOCK_ROWS)
    let end = from ?? this.#source.layout.start
    let piece = await this.#begin(end, pieceRows)
    for await (const { judged, met } of this.#met(end, blockRows, signal)) {
      await this.#take(piece, judged, met)
      end = judged.end
      if (piece.read + blockRows > pieceRows || end.offset - piece.from.offset >= PIECE_BYTES) {
        yield { prepared: this.#finish(piece), end, processed: this.#done(end) }
        piece = await this.#begin(end, pieceRows)
      }
    }
    if (piece.read > 0) yield { prepared: this.#finish(piece), end, processed: this.#done(end) }
  }

  #done({ row }: Position): number {
    return (this.#source.doneBefore ?? 0) + row
  }

  /** Judged blocks with what they meet; a block is judged while the one before is looked up. */
  async *#met(
    from: Position,
    rows: number,
    signal: AbortSignal,
  ): AsyncGenerator<{ judged: JudgedRows; met: Met | null }, void> {
    const size = { rows, bytes: PIECE_BYTES }
    let before: { judged: JudgedRows; looking: Promise<Met | null> } | null = null
    for await (const judged of readJudgedRows(this.#source, this.#kind.rules, from, size, signal)) {
      const looking = this.#lookUp(judged.candidates)
      looking.catch(() => undefined) // looked at when its turn comes; never an unhandled rejection meanwhile
      if (before !== null) yield { judged: before.judged, met: await before.looking }
      before = { judged, looking }
    }
    if (before !== null) yield { judged: before.judged, met: await before.looking }
  }

  async #lookUp(candidates: readonly Candidate[]): Promise<Met | null> {
    if (!this.#isQuick) return null
    const { deps, row } = this.#run
    const looking = guessing(deps.db, this.#source.options.source, row.created_by)
    return patiently(this.#run, async () => {
      this.#expectsNothing ??= await isNothingStored(this.#kind, looking)
      return meet(this.#kind, looking, candidates, this.#expectsNothing)
    })
  }

  async #begin(from: Position, pieceRows: number): Promise<Unfinished> {
    const firstId = await this.#takeIds(Math.min(pieceRows, this.#source.totalRows - from.row))
    if (!this.#isQuick) return { from, read: 0, leftOut: {}, firstId, guesser: null }
    const rows = this.#spare.pop() ?? this.#insert.text()
    const now = toSqlUtc(this.#run.deps.clock.now())
    const origin = { importNo: this.#run.row.no, source: this.#source.options.source, now, firstId }
    return {
      from,
      read: 0,
      leftOut: {},
      firstId,
      guesser: new Guesser(this.#kind, this.#insert, rows, origin),
    }
  }

  async #take(piece: Unfinished, { read, candidates, leftOut }: JudgedRows, met: Met | null): Promise<void> {
    piece.read += read
    piece.leftOut = plus(piece.leftOut, leftOut)
    if (met === null || piece.guesser === null) return
    for (let i = 0; i < candidates.length; i++) {
      if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe()
      piece.guesser.take(candidates[i] as Candidate, met)
    }
  }

  #finish({ guesser, ...piece }: Unfinished): Prepared {
    return { ...piece, guess: guesser?.guess ?? null, nextId: guesser?.nextId ?? piece.firstId }
  }

  async write(trx: Knex.Transaction, prepared: Prepared, careful: boolean): Promise<Counts> {
    const { guess, read, leftOut } = prepared
    if (careful) this.#expectsNothing = false
    this.#written = guess?.rows ?? null
    const isGuessed = guess !== null && !careful
    const guessed = isGuessed ? await this.#writeGuess(trx, guess) : {}
    const rows = isGuessed ? guess.late : await this.#readAgain(prepared)
    const firstId = isGuessed ? prepared.nextId : prepared.firstId
    const isRerun = this.#source.isRerun === true
    const before = isRerun ? await this.#forget(trx, rows) : 0
    const decided = rows.length === 0 ? NOTHING_DECIDED : await decideRows(trx, this.#how, rows, firstId)
    // in the order of the file another row might have been refused
    if (decided.isRefusedByOthers && isGuessed && guess.rows.count > 0)
      throw new ChunkConflict('rows of the piece depend on each other')
    await this.#noteChanged(trx, decided.changedIds)
    const counts = plus(plus(NO_COUNTS, guessed), decided.counts)
    await this.#audit(trx, read, counts)
    const rejected = (counts.rejected ?? 0) - before
    return { read: isRerun ? 0 : read, ...counts, rejected, ...leftOut }
  }

  /** Forgets that rows were refused before; answers how many of them were. */
  #forget(trx: Knex.Transaction, rows: readonly Candidate[]): Promise<number> {
    const numbers = rows.map(({ row }) => row)
    return forgetRefusals(trx, this.#run.row.no, numbers)
  }

  async #writeGuess(trx: Knex.Transaction, guess: Guess): Promise<Counts> {
    if (guess.rows.count > 0) {
      await this.#insert.write(trx, this.#kind.table, newColumns(this.#kind), guess.rows)
      await guess.tally?.write(trx, this.#insert, guess.ids)
    }
    await saveRefusals(trx, this.#run.row.no, guess.refusals)
    return guess.counts
  }

  /** The rows of a piece once more, all of them. */
  async #readAgain({ from, read }: Prepared): Promise<Candidate[]> {
    const found: Candidate[] = []
    const size = { rows: BLOCK_ROWS, bytes: PIECE_BYTES }
    for await (const { candidates } of readJudgedRows(
      ...([this.#source, this.#kind.rules, from, size, this.#run.signal] as const),
    )) {
      found.push(...candidates)
      if (found.length >= read) break
    }
    return found.slice(0, read)
  }

  /** Makes cached reads see what was written: lists at most once a second, changed records one by one. */
  async committed(): Promise<void> {
    this.#written?.clear()
    if (this.#written !== null) this.#spare.push(this.#written)
    this.#written = null
    for (const changed of this.#changed) await invalidate(this.#run.deps, changed)
    this.#changed = []
    const now = Date.now()
    if (now - this.#generationAt < GENERATION_EVERY_MS) return
    this.#generationAt = now
    await bumpGenerations(this.#run.deps, this.#kind.domains)
  }

  get #how(): HowToDecide {
    const [run, source, kind, insert] = [this.#run, this.#source, this.#kind, this.#insert]
    return { run, source, kind, name: this.#name, insert }
  }

  /** Whether pieces are guessed; rows of a rehearsal, or tried again, all depend on what was before them. */
  get #isQuick(): boolean {
    const { options, isRerun } = this.#source
    return this.#kind.quick !== undefined && !options.dryRun && isRerun !== true
  }

  async #takeIds(rows: number): Promise<number> {
    if (rows <= 0 || this.#kind.countedIds !== true || this.#source.options.dryRun) return 0
    return patiently(this.#run, () => allocateIds(this.#run.deps.db, rows))
  }

  async #noteChanged(trx: Knex.Transaction, ids: string[]): Promise<void> {
    this.#changed = []
    if (ids.length === 0) return
    for (const domain of this.#kind.domains)
      this.#changed.push({ domain, ids, note: await noteInvalidation(trx, { domain, ids }) })
  }

  async #audit(trx: Knex.Transaction, rows: number, { inserted, updated }: Counts): Promise<void> {
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
