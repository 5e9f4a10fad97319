import { writeAudit } from '../../../shared/audit/write.ts'
import { invalidate } from '../../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../../shared/cache/notes.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import type { PatientValues } from '../../../shared/patients/rules.ts'
import { patientWordRows } from '../../../shared/patients/words.ts'
import type { BulkWork, Counts, Piece } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { UNDO_PIECE_ROWS, type UndoCursor, type UndoPiece, undoPieces } from '../undo-pieces.ts'
import { COLUMN_OF, replaceWords } from './write.ts'

interface Change {
  row_id: string | number
  version_after: number
  fields_before: Partial<PatientValues>
}

interface Current {
  id: string | number
  name: string
  version: number
  import_no: number | null
  deleted_at: string | null
}

/** Why a row stays as it is. */
type KeptReason = 'changed-since' | 'used-since'

/**
 * Takes an import of patients back in bounded pieces. A row that somebody has edited since, or that anything refers
 * to, is kept and listed; who refers to patients is read from the schema, not from a list kept by hand.
 */
export class UndoPatients implements BulkWork<UndoPiece, UndoCursor> {
  readonly #run: Run
  readonly #importNo: number
  readonly #referring: readonly string[]
  #touched: { ids: string[]; note: string } | null = null

  private constructor(run: Run, referring: readonly string[]) {
    this.#run = run
    this.#importNo = run.row.no
    this.#referring = referring
  }

  static async open(run: Run): Promise<UndoPatients> {
    const [tables] = (await run.deps.db.raw(
      `select table_name as name from information_schema.columns
       where table_schema = database() and column_name = 'patient_id' and table_name <> 'patient_words'
         and table_name not like 'audit\\_%'`,
    )) as [{ name: string }[]]
    return new UndoPatients(
      run,
      tables.map(({ name }) => name),
    )
  }

  /** Rows to look at, in both stages. */
  async count(): Promise<number> {
    const [changed, created] = await Promise.all([
      this.#changes(this.#run.deps.db).count({ n: '*' }).first(),
      this.#run.deps.db('patients').where({ import_no: this.#importNo }).count({ n: '*' }).first(),
    ])
    return Number(changed?.n ?? 0) + Number(created?.n ?? 0) + Number(this.#run.row.processed)
  }

  pieces(from: UndoCursor | null, signal: AbortSignal): AsyncGenerator<Piece<UndoPiece, UndoCursor>, void> {
    return undoPieces(this.#run, from, signal, (cursor) => this.#next(cursor))
  }

  async write(trx: Knex.Transaction, { stage, ids }: UndoPiece): Promise<Counts> {
    const counts = stage === 'changed' ? await this.#restore(trx, ids) : await this.#remove(trx, ids)
    this.#touched = { ids, note: await noteInvalidation(trx, { domain: 'patients', ids }) }
    await writeAudit(trx, {
      userId: this.#run.row.created_by,
      action: 'imports.undo-chunk',
      entity: 'operation',
      entityId: this.#run.hold.id,
      outcome: 'ok',
      detail: counts,
    })
    return counts
  }

  async committed(): Promise<void> {
    if (this.#touched !== null) await invalidate(this.#run.deps, { domain: 'patients', ...this.#touched })
  }

  #changes(db: Knex) {
    return db('import_changes').where({ operation_no: this.#importNo, kind: 'patients' })
  }

  async #next({ stage, after }: UndoCursor): Promise<string[]> {
    const db = this.#run.deps.db
    const ids =
      stage === 'changed'
        ? await this.#changes(db)
            .where('row_id', '>', after)
            .orderBy('row_id')
            .limit(UNDO_PIECE_ROWS)
            .pluck('row_id')
        : await db('patients')
            .where({ import_no: this.#importNo })
            .where('id', '>', after)
            .orderBy('id')
            .limit(UNDO_PIECE_ROWS)
            .pluck('id')
    return ids.map(String)
  }

  async #current(trx: Knex.Transaction, ids: string[]): Promise<Map<string, Current>> {
    const rows = (await trx('patients')
      .whereIn('id', ids)
      .orderBy('id')
      .forUpdate()
      .select('id', 'name', 'version', 'import_no', 'deleted_at')) as Current[]
    return new Map(rows.map((row) => [String(row.id), row]))
  }

  async #keep(trx: Knex.Transaction, kept: { id: string; reason: KeptReason }[]): Promise<void> {
    if (kept.length === 0) return
    const rows = kept.map(({ id, reason }) => ({
      operation_no: this.#importNo,
      kind: 'patients',
      row_id: id,
      reason,
    }))
    await trx('import_kept').insert(rows).onConflict(['operation_no', 'kind', 'row_id']).ignore()
  }

  async #restore(trx: Knex.Transaction, ids: string[]): Promise<Counts> {
    const current = await this.#current(trx, ids)
    const changes = (await this.#changes(trx).whereIn('row_id', ids)) as Change[]
    const kept: { id: string; reason: KeptReason }[] = []
    let restored = 0
    for (const change of changes) {
      const id = String(change.row_id)
      const row = current.get(id)
      // what the import itself created goes in the next stage
      if (row === undefined || row.import_no === this.#importNo) continue
      if (row.version !== change.version_after || row.deleted_at !== null) {
        kept.push({ id, reason: 'changed-since' })
        continue
      }
      const before = change.fields_before
      const fields = Object.keys(before) as (keyof PatientValues)[]
      await trx('patients')
        .where({ id })
        .update({
          ...Object.fromEntries(fields.map((field) => [COLUMN_OF[field], before[field] ?? null])),
          ...('externalId' in before && before.externalId === null ? { source: null } : {}),
          version: row.version + 1,
          updated_at: trx.raw('utc_timestamp(3)'),
        })
      if (before.name !== undefined) await replaceWords(trx, id, row.name, before.name)
      restored++
    }
    await this.#keep(trx, kept)
    const others = ids.filter((id) => current.get(id)?.import_no !== this.#importNo)
    if (others.length > 0) await this.#changes(trx).whereIn('row_id', others).delete()
    return { removed: 0, restored, kept: kept.length }
  }

  async #remove(trx: Knex.Transaction, ids: string[]): Promise<Counts> {
    const current = await this.#current(trx, ids)
    const used = await this.#used(trx, ids)
    const changes = (await this.#changes(trx)
      .whereIn('row_id', ids)
      .select('row_id', 'version_after')) as Pick<Change, 'row_id' | 'version_after'>[]
    // what a later row of the import changed of its own patient is no change by anybody else
    const ownVersion = new Map(changes.map(({ row_id, version_after }) => [String(row_id), version_after]))
    const kept: { id: string; reason: KeptReason }[] = []
    const gone: Current[] = []
    for (const [id, row] of current) {
      if (row.import_no !== this.#importNo) continue
      if (row.version !== (ownVersion.get(id) ?? 1) || row.deleted_at !== null)
        kept.push({ id, reason: 'changed-since' })
      else if (used.has(id)) kept.push({ id, reason: 'used-since' })
      else gone.push(row)
    }
    const words = gone.flatMap((row) =>
      patientWordRows(row.id, row.name).map(({ word }) => [word, row.id] as const),
    )
    if (words.length > 0)
      await trx('patient_words')
        .whereIn(['word', 'patient_id'], words as never)
        .delete()
    await trx('patients')
      .whereIn(
        'id',
        gone.map((row) => row.id),
      )
      .delete()
    await this.#changes(trx).whereIn('row_id', ids).delete()
    await this.#keep(trx, kept)
    return { removed: gone.length, restored: 0, kept: kept.length }
  }

  /** Which of these patients any other table refers to. */
  async #used(trx: Knex.Transaction, ids: string[]): Promise<Set<string>> {
    const used = new Set<string>()
    for (const table of this.#referring) {
      for (const id of await trx(table).whereIn('patient_id', ids).distinct().pluck('patient_id'))
        used.add(String(id))
    }
    return used
  }
}
