import { writeAudit } from '../../../shared/audit/write.ts'
import { invalidate } from '../../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../../shared/cache/notes.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import { toSqlUtc } from '../../../shared/units/clock.ts'
import type { BulkWork, Counts, Piece } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { insertRows } from '../load-data.ts'
import { UNDO_PIECE_ROWS, type UndoCursor, type UndoPiece, undoPieces } from '../undo-pieces.ts'
import type { Context, Effect, RecordKind, Values } from './kind.ts'
import { type Stored, selectRecords } from './lookup.ts'
import { updateRecords } from './write.ts'

interface Change {
  row_id: string | number
  version_after: number
  fields_before: Values | string
}

/** Why a record stays as it is. */
type Kept = { id: string; reason: 'changed-since' | 'used-since' }

/** Takes an import of records back in bounded pieces; what was edited or used since is kept and listed. */
export class UndoRecords implements BulkWork<UndoPiece, UndoCursor> {
  readonly #run: Run
  readonly #kind: RecordKind
  readonly #name: string
  #touched: { domain: string; ids: string[]; note: string }[] = []

  /** `name`: that of the kind. */
  constructor(run: Run, kind: RecordKind, name: string) {
    this.#run = run
    this.#kind = kind
    this.#name = name
  }

  /** Rows to look at, in both stages. */
  async count(): Promise<number> {
    const { deps, row } = this.#run
    const [changed, created] = await Promise.all([
      this.#changes(deps.db).count({ n: '*' }).first(),
      deps.db(this.#kind.table).where({ import_no: row.no }).count({ n: '*' }).first(),
    ])
    return Number(changed?.n ?? 0) + Number(created?.n ?? 0) + Number(row.processed)
  }

  pieces(from: UndoCursor | null, signal: AbortSignal): AsyncGenerator<Piece<UndoPiece, UndoCursor>, void> {
    return undoPieces(this.#run, from, signal, (cursor) => this.#next(cursor))
  }

  async write(trx: Knex.Transaction, { stage, ids }: UndoPiece): Promise<Counts> {
    const counts = stage === 'changed' ? await this.#restore(trx, ids) : await this.#remove(trx, ids)
    this.#touched = []
    for (const domain of this.#kind.domains)
      this.#touched.push({ domain, ids, note: await noteInvalidation(trx, { domain, ids }) })
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
    for (const touched of this.#touched) await invalidate(this.#run.deps, touched)
  }

  #changes(db: Knex) {
    return db('import_changes').where({ operation_no: this.#run.row.no, kind: this.#name })
  }

  async #next({ stage, after }: UndoCursor): Promise<string[]> {
    const { db } = this.#run.deps
    const column = stage === 'changed' ? 'row_id' : 'id'
    const rows =
      stage === 'changed' ? this.#changes(db) : db(this.#kind.table).where({ import_no: this.#run.row.no })
    const ids = await rows.where(column, '>', after).orderBy(column).limit(UNDO_PIECE_ROWS).pluck(column)
    return ids.map(String)
  }

  async #keep(trx: Knex.Transaction, kept: readonly Kept[]): Promise<void> {
    if (kept.length === 0) return
    const rows = kept.map(({ id, reason }) => ({
      operation_no: this.#run.row.no,
      kind: this.#name,
      row_id: id,
      reason,
    }))
    await trx('import_kept').insert(rows).onConflict(['operation_no', 'kind', 'row_id']).ignore()
  }

  #context(trx: Knex.Transaction): Context {
    const { no: importNo, created_by: importerId } = this.#run.row
    return { trx, importNo, source: '', dryRun: false, isHeld: true, importerId, noted: new Map() }
  }

  async #forget(trx: Knex.Transaction, effects: readonly Effect[]): Promise<void> {
    const ids = effects.map(({ id }) => id)
    if (ids.length > 0) await this.#kind.forget?.(this.#context(trx), ids)
  }

  async #follow(trx: Knex.Transaction, effects: readonly Effect[]): Promise<void> {
    if (effects.length > 0) await this.#kind.follow?.(this.#context(trx), effects, insertRows)
  }

  /** Records that this import made itself are left to the next stage. */
  async #restore(trx: Knex.Transaction, ids: string[]): Promise<Counts> {
    const records = await selectRecords(this.#kind, (query) => query.whereIn('id', ids), trx)
    const current = new Map(records.map((record) => [record.id as string, record]))
    const own = new Set(
      (await trx(this.#kind.table).whereIn('id', ids).where({ import_no: this.#run.row.no }).pluck('id')).map(
        String,
      ),
    )
    const kept: Kept[] = []
    const restored: Stored[] = []
    const effects: Effect[] = []
    for (const change of (await this.#changes(trx).whereIn('row_id', ids)) as Change[]) {
      const id = String(change.row_id)
      const record = current.get(id)
      if (record === undefined || own.has(id)) continue
      if (record.version !== change.version_after) {
        kept.push({ id, reason: 'changed-since' })
        continue
      }
      const given = change.fields_before
      const before = typeof given === 'string' ? (JSON.parse(given) as Values) : given
      const values = { ...record.values, ...before }
      restored.push({ ...record, values })
      effects.push({ id, before: record.values, after: values })
    }
    await this.#forget(trx, effects)
    await updateRecords(this.#kind, trx, restored, toSqlUtc(this.#run.deps.clock.now()))
    await this.#follow(trx, effects)
    await this.#keep(trx, kept)
    const gone = ids.filter((id) => !own.has(id))
    if (gone.length > 0) await this.#changes(trx).whereIn('row_id', gone).delete()
    return { removed: 0, restored: restored.length, kept: kept.length }
  }

  async #remove(trx: Knex.Transaction, ids: string[]): Promise<Counts> {
    const records = await selectRecords(this.#kind, (query) => query.whereIn('id', ids), trx)
    const used = await this.#kind.used(trx, ids)
    const changes = (await this.#changes(trx)
      .whereIn('row_id', ids)
      .select('row_id', 'version_after')) as Change[]
    const ownVersion = new Map(changes.map((change) => [String(change.row_id), change.version_after]))
    const kept: Kept[] = []
    const effects: Effect[] = []
    for (const { id, version, values } of records as (Stored & { id: string })[]) {
      if (version !== (ownVersion.get(id) ?? 1)) kept.push({ id, reason: 'changed-since' })
      else if (used.has(id)) kept.push({ id, reason: 'used-since' })
      else effects.push({ id, before: values, after: null })
    }
    const gone = effects.map(({ id }) => id)
    await this.#forget(trx, effects)
    await this.#follow(trx, effects)
    if (gone.length > 0) await trx(this.#kind.table).whereIn('id', gone).delete()
    await this.#changes(trx).whereIn('row_id', ids).delete()
    await this.#keep(trx, kept)
    return { removed: gone.length, restored: 0, kept: kept.length }
  }
}
