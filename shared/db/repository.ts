import { DBError, type Model, type ModelClass, type QueryBuilder } from 'objection'
import { AppError } from '../errors/app-error.ts'
import type { Db, Knex } from './connect.ts'
import { reading } from './transaction.ts'

/** What of a table a repository reads. Columns are always named; there is no "all". */
export interface TableSpec<M extends Model> {
  model: ModelClass<M>
  /** Properties of the model to read, in the order of the shape. */
  properties: readonly (keyof M & string)[]
  /** Property that marks a row as deleted; such rows are not there for anybody. */
  deletedAt?: keyof M & string
}

/** A page of rows and the cursor of the next one. */
export interface Page<Row> {
  rows: Row[]
  next: string | null
}

export interface PageRequest {
  /** Id of the last row of the page before. */
  after?: string | undefined
  limit: number
  /** Narrows the list; gets the builder of the page. */
  where?: (query: Knex.QueryBuilder) => void
}

/** The driver's error instead of the wrapping one, which carries the statement with its values and hides the number. */
async function native<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof DBError ? error.nativeError : error
  }
}

/**
 * What every domain's repository can do with its main table, over plain rows: model instances never leave this file.
 * Each statement carries its name as a comment, so that the slow log names the line of code.
 */
export class Repository<M extends Model, Row extends { id: string; version: number }> {
  private readonly spec: TableSpec<M>
  private readonly columns: Record<string, string>

  constructor(spec: TableSpec<M>) {
    this.spec = spec
    this.columns = Object.fromEntries(
      spec.properties.map((property) => [property, spec.model.propertyNameToColumnName(property)]),
    )
  }

  /** The row, or undefined. `lock` keeps others from changing it until the transaction ends. */
  async findById(db: Db, id: string, options: { lock?: boolean } = {}): Promise<Row | undefined> {
    const query = this.named(db, 'find-by-id').findById(id).select(Object.values(this.columns))
    if (this.spec.deletedAt !== undefined) query.whereNull(this.column(this.spec.deletedAt))
    const found = await reading(native((options.lock ? query.forUpdate() : query).execute()))
    return found === undefined ? undefined : this.plain(found as M)
  }

  /** The row; throws `not-found`. */
  async getById(db: Db, id: string, options: { lock?: boolean } = {}): Promise<Row> {
    const row = await this.findById(db, id, options)
    if (row === undefined) throw new AppError('not-found')
    return row
  }

  /** Rows with the highest ids first, after a cursor, as plain rows straight from the driver. */
  async page(db: Db, { after, limit, where }: PageRequest): Promise<Page<Row>> {
    const query = this.lean(db, 'page')
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (after !== undefined) query.where('id', '<', after)
    where?.(query)
    const rows = await reading<Row[]>(query)
    const more = rows.length > limit
    if (more) rows.pop()
    return { rows, next: more ? (rows.at(-1)?.id ?? null) : null }
  }

  /** The rows with these ids, in the order of the ids; ids of nothing are left out. */
  async findMany(db: Db, ids: readonly string[]): Promise<Row[]> {
    if (ids.length === 0) return []
    const rows = await reading<Row[]>(this.lean(db, 'find-many').whereIn('id', ids))
    const byId = new Map(rows.map((row) => [row.id, row]))
    return ids.flatMap((id) => byId.get(id) ?? [])
  }

  /** Inserts rows given by property names, one statement. */
  async insertMany(trx: Knex.Transaction, rows: readonly Partial<Row>[]): Promise<void> {
    if (rows.length > 0) await this.insertion(trx, rows)
  }

  /** The insert of {@link insertMany}, not yet run: for several writes in one round trip. */
  insertion(trx: Knex.Transaction, rows: readonly Partial<Row>[]): Knex.QueryBuilder {
    const toRow = (row: Partial<Row>) =>
      Object.fromEntries(Object.entries(row).map(([property, value]) => [this.column(property), value]))
    return trx(this.spec.model.tableName).comment(this.label('insert-many')).insert(rows.map(toRow))
  }

  /**
   * Changes a row that still has the version the caller saw, and raises it. Throws `not-found`, or `state/version`
   * with the present row, as `show` presents it, in `current`.
   */
  async patch(
    trx: Knex.Transaction,
    id: string,
    expectedVersion: number,
    changes: Partial<Row>,
    show: (row: Row) => unknown,
  ): Promise<void> {
    const next = { ...changes, version: expectedVersion + 1 } as object
    const changed = await native(
      this.named(trx, 'patch').patch(next).where({ id, version: expectedVersion }).execute(),
    )
    if (changed === 1) return
    const current = await this.getById(trx, id)
    throw new AppError('state/version', { extra: { current: show(current) } })
  }

  /** Whether the table can be read; throws what the database says as an error of ours. */
  async health(db: Db): Promise<void> {
    await reading(this.lean(db, 'health').limit(1))
  }

  private column(property: string): string {
    return this.spec.model.propertyNameToColumnName(property)
  }

  private label(what: string): string {
    return `${this.spec.model.tableName}.${what}`
  }

  private named(db: Db, what: string): QueryBuilder<M> {
    return this.spec.model
      .query(db)
      .onBuildKnex((builder) => builder.comment(this.label(what))) as unknown as QueryBuilder<M>
  }

  private lean(db: Db, what: string): Knex.QueryBuilder {
    const query = db(this.spec.model.tableName).select(this.columns).comment(this.label(what))
    if (this.spec.deletedAt !== undefined) query.whereNull(this.column(this.spec.deletedAt))
    return query
  }

  private plain(instance: M): Row {
    return Object.fromEntries(
      this.spec.properties.map((property) => [property, instance[property]]),
    ) as unknown as Row
  }
}
