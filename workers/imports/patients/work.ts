import { writeAudit } from '../../../shared/audit/write.ts'
import { bumpGenerations, invalidate } from '../../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../../shared/cache/notes.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import { type Chunk, type Position, readChunks, type SourceRow } from '../../../shared/imports/reader.ts'
import { allocatePatientIds } from '../../../shared/patients/ids.ts'
import { judgePatient } from '../../../shared/patients/rules.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import { type BulkWork, ChunkConflict, type Counts, type Piece } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { type BulkInsert, loadData } from '../load-data.ts'
import type { PreparedSource } from '../prepare.ts'
import { saveRefusals } from '../refusals.ts'
import { loadClaims, saveClaims } from './claims.ts'
import { lookUp, StoredPatients } from './lookup.ts'
import { Plan, type Refusal } from './plan.ts'
import { type Candidate, keysOf, looseKeys } from './record.ts'
import { type NewRows, newLines, newRows, writeNew, writeUpdates } from './write.ts'

const GENERATION_EVERY_MS = 1000

/** A chunk of rows judged by themselves and, as far as that may be guessed, decided. */
interface Prepared {
  refusals: Refusal[]
  /** Rows whose keys no other row of the file can have. */
  plain: Candidate[]
  /** Rows whose keys may stand in the file again: decided inside the transaction, in file order. */
  watched: Candidate[]
  leftOut: Counts
  /** The guess for the plain rows. */
  plan: Plan
  rows: NewRows | null
  /** First of the ids that are kept for the watched rows. */
  spareIds: number
  read: number
}

/** How patients get from a prepared file into the database. */
export class PatientsWork implements BulkWork<SourceRow[], Prepared, Position> {
  readonly #run: Run
  readonly #source: PreparedSource
  readonly #insert: BulkInsert
  readonly #importNo: number
  /** No patient was stored when the run began, so that looking keys up is pointless until something contradicts. */
  #expectsNobody: boolean
  #generationAt = 0
  /** Patients that the last piece changed. */
  #changed: { ids: string[]; note: string } | null = null

  constructor(run: Run, source: PreparedSource, insert: BulkInsert, expectsNobody: boolean) {
    this.#run = run
    this.#source = source
    this.#insert = insert
    this.#importNo = run.row.no
    this.#expectsNobody = expectsNobody
  }

  async *read(
    from: Position | null,
    signal: AbortSignal,
  ): AsyncGenerator<Piece<SourceRow[], Position>, void> {
    const { path, layout } = this.#source
    const chunkRows = this.#run.pace.pieceRows(this.#run.deps.config.IMPORT_CHUNK_ROWS)
    const chunks: AsyncGenerator<Chunk, void> = readChunks(path, layout, from ?? layout.start, {
      chunkRows,
      signal,
    })
    for await (const { rows, end } of chunks) yield { chunk: rows, end, processed: end.row }
  }

  async prepare(rows: SourceRow[]): Promise<Prepared> {
    const judged = await this.#judge(rows)
    const found = this.#expectsNobody
      ? new StoredPatients(this.#options.source)
      : await lookUp(this.#run.deps.db, this.#options.source, judged.plain)
    const plan = new Plan(found, [], this.#options)
    for (let i = 0; i < judged.plain.length; i++) {
      if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe()
      plan.take(judged.plain[i] as Candidate, false)
    }
    const ids = await this.#takeIds(plan.inserts.length + judged.watched.length)
    const fresh = await this.#newRows(plan, ids)
    return { ...judged, plan, rows: fresh, spareIds: ids + plan.inserts.length, read: rows.length }
  }

  async write(trx: Knex.Transaction, prepared: Prepared, careful: boolean): Promise<Counts> {
    if (careful) this.#expectsNobody = false
    else if (this.#changed?.ids.some((id) => prepared.plan.unchangedIds.has(id)))
      throw new ChunkConflict('the piece before changed a patient that was found equal')
    const plans = careful ? await this.#again(trx, prepared) : await this.#asGuessed(trx, prepared)
    const counts: Counts = {
      read: prepared.read,
      inserted: 0,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      rejected: 0,
    }
    counts.rejected = prepared.refusals.length
    for (const plan of plans) {
      if (!this.#source.options.dryRun) await writeUpdates(trx, plan, this.#importNo, this.#options.source)
      for (const [name, n] of Object.entries(plan.counts)) counts[name] = (counts[name] ?? 0) + n
    }
    const ids = this.#source.options.dryRun ? [] : plans.flatMap((plan) => [...plan.updates.keys()])
    this.#changed =
      ids.length === 0 ? null : { ids, note: await noteInvalidation(trx, { domain: 'patients', ids }) }
    await saveRefusals(trx, this.#importNo, [...prepared.refusals, ...plans.flatMap((plan) => plan.refusals)])
    for (const plan of plans) await saveClaims(trx, this.#importNo, plan.claims)
    await this.#audit(trx, prepared, counts)
    return { ...counts, ...prepared.leftOut }
  }

  /** Makes cached reads see what was written: lists at most once a second, changed patients one by one. */
  async committed(): Promise<void> {
    if (this.#changed !== null) await invalidate(this.#run.deps, { domain: 'patients', ...this.#changed })
    const now = Date.now()
    if (now - this.#generationAt < GENERATION_EVERY_MS) return
    this.#generationAt = now
    await bumpGenerations(this.#run.deps, ['patients'])
  }

  get #options() {
    return this.#source.options
  }

  async #judge(rows: SourceRow[]): Promise<Pick<Prepared, 'refusals' | 'plain' | 'watched' | 'leftOut'>> {
    const { toFields, options, todayOn, repeats } = this.#source
    const judging = { strictness: options.strictness, todayOn }
    const refusals: Refusal[] = []
    const plain: Candidate[] = []
    const watched: Candidate[] = []
    const leftOut: Counts = {}
    for (let i = 0; i < rows.length; i++) {
      if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe()
      const { row, line, cells, problem } = rows[i] as SourceRow
      if (problem !== undefined) {
        refusals.push({ row, line, cells, problems: [problem] })
        continue
      }
      const judgement = judgePatient(toFields(cells), judging)
      if ('problems' in judgement) {
        refusals.push({ row, line, cells, problems: judgement.problems })
        continue
      }
      for (const column of judgement.leftOut)
        leftOut[`leftOut.${column}`] = (leftOut[`leftOut.${column}`] ?? 0) + 1
      const { patient } = judgement
      const mayRepeat = looseKeys(patient.externalId ?? '', patient.idNumber ?? '').some((key) =>
        repeats.mayRepeat(key),
      )
      ;(mayRepeat ? watched : plain).push({ row, line, cells, patient })
    }
    return { refusals, plain, watched, leftOut }
  }

  /** Ids for so many rows, by one statement; those that are not used are never used again. */
  async #takeIds(rows: number): Promise<number> {
    if (rows === 0 || this.#source.options.dryRun) return 0
    return allocatePatientIds(this.#run.deps.db, rows)
  }

  async #newRows(plan: Plan, firstId: number): Promise<NewRows | null> {
    if (plan.inserts.length === 0 || this.#source.options.dryRun) return null
    const make = this.#insert === loadData ? newLines : newRows
    return make(plan.inserts, firstId, { importNo: this.#importNo, source: this.#options.source })
  }

  /**
   * The guess for plain rows as it is, and first, so that the next piece is computed while the server loads them;
   * watched rows decided now, when all earlier chunks are committed.
   */
  async #asGuessed(trx: Knex.Transaction, prepared: Prepared): Promise<Plan[]> {
    if (prepared.rows !== null) await writeNew(trx, this.#insert, prepared.rows)
    if (prepared.watched.length === 0) return [prepared.plan]
    const watched = await this.#decideNow(trx, prepared.watched, [])
    const more = await this.#newRows(watched, prepared.spareIds)
    if (more !== null) await writeNew(trx, this.#insert, more)
    return [prepared.plan, watched]
  }

  /** Everything looked up and decided again under locks, after a guess was wrong. */
  async #again(trx: Knex.Transaction, prepared: Prepared): Promise<Plan[]> {
    const plan = await this.#decideNow(trx, prepared.watched, prepared.plain)
    const rows = await this.#newRows(plan, await this.#takeIds(plan.inserts.length))
    if (rows !== null) await writeNew(trx, this.#insert, rows)
    return [plan]
  }

  async #decideNow(trx: Knex.Transaction, watched: Candidate[], plain: Candidate[]): Promise<Plan> {
    const all = [...watched, ...plain].sort((a, b) => a.row - b.row)
    // a plan changes the values it is given, and a chunk may be decided more than once
    const copies = all.map((candidate) => ({ ...candidate, patient: { ...candidate.patient } }))
    const isWatched = new Set(watched.map((candidate) => candidate.row))
    const keys = watched.flatMap((candidate) => keysOf(candidate.patient))
    const claimed = await loadClaims(trx, this.#importNo, keys)
    const partners = claimed.flatMap(([, { partner }]) => (partner === null ? [] : [partner]))
    const found = await lookUp(trx, this.#options.source, copies, true, partners)
    const plan = new Plan(found, claimed, this.#options)
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
