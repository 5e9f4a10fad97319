import type { Db, Knex } from '../../db/connect.ts'
import type { CellType } from '../../files/table.ts'
import type { Principal } from '../../rights/permissions.ts'
import { toSqlUtc } from '../../units/clock.ts'
import { addDays, clinicDayStart } from '../../units/dates.ts'
import type { ExportFilter } from '../schema.ts'

type Holder = Pick<Principal, 'role' | 'permissions'>

/** A column of an export: fixed expressions of ours, one for each part of its kind; values never stand in them. */
export interface ExportColumn {
  key: string
  type: CellType
  /** In the order of the kind's parts; a part without one has nothing there. */
  sql: readonly (string | undefined)[]
  /** Who may have the column; everybody who may export if absent. */
  for?: (who: Holder) => boolean
}

/** Rows of one origin. */
export interface ExportPart {
  /** Stands before the ids of these rows where their numbers say nothing alone; '' for the clinic's own. */
  prefix: string
  /**
   * The rows, without columns, order and limit. Tables are joined from the left, though each has its row: so the
   * server reads the first one in the order of its ids, and a page never costs a pass over all of them.
   */
  from(db: Db, filter: ExportFilter): Knex.QueryBuilder
  /** The column that gives the order and the place in it. */
  id: string
}

/** What can be exported under one name: the clinic's own rows, and behind them those that an import brought. */
export interface ExportKindRule {
  parts: readonly ExportPart[]
  /** Named as an import of the kind reads them where it has them, so that a file can be taken in elsewhere. */
  columns: readonly ExportColumn[]
}

type Sql = string | undefined
const of = (sql: readonly Sql[], expression: (one: string) => string): Sql[] =>
  sql.map((one) => (one === undefined ? undefined : expression(one)))

export const text = (key: string, ...sql: Sql[]): ExportColumn => ({ key, type: 'text', sql })
export const integer = (key: string, ...sql: Sql[]): ExportColumn => ({ key, type: 'integer', sql })
export const number = (key: string, ...sql: Sql[]): ExportColumn => ({ key, type: 'number', sql })
export const day = (key: string, ...sql: Sql[]): ExportColumn => ({ key, type: 'day', sql })
/** ISO 8601 in UTC. */
export const instant = (key: string, ...sql: Sql[]): ExportColumn => ({
  key,
  type: 'instant',
  sql: of(sql, (one) => `concat(replace(${one}, ' ', 'T'), 'Z')`),
})
/** Sen as a decimal text in RM. */
export const money = (key: string, ...sql: Sql[]): ExportColumn => ({
  key,
  type: 'money',
  sql: of(sql, (one) => `cast(${one} / 100 as decimal(14,2))`),
})
export const clinicNumber = (...sql: Sql[]): ExportColumn =>
  text('clinic_number', ...of(sql, (one) => `concat('P-', lpad(${one}, greatest(6, length(${one})), '0'))`))

/** Columns of one table of one part under their own names. */
export const texts = (table: string, ...keys: string[]): ExportColumn[] =>
  keys.map((key) => text(key, `${table}.${key}`))

/** Only for those of whom this holds. */
export const onlyFor = (may: (who: Holder) => boolean, ...columns: ExportColumn[]): ExportColumn[] =>
  columns.map((column) => ({ ...column, for: may }))

/** Whoever may know of a patient's health. */
export const clinical = ({ role }: Holder): boolean => role !== 'cashier'
/** Whoever may read what doctors wrote. */
export const reader = ({ permissions }: Holder): boolean => permissions.has('consultations.view')

/** A kind whose rows are of one origin. */
export const onePart = (
  id: string,
  from: ExportPart['from'],
  columns: readonly ExportColumn[],
): ExportKindRule => ({ parts: [{ prefix: '', id, from }], columns })

/** Only rows of a span of days, both included. */
export function within(query: Knex.QueryBuilder, column: string, { from, to }: ExportFilter): void {
  if (from !== undefined) query.where(column, '>=', from)
  if (to !== undefined) query.where(column, '<=', to)
}

/** As {@link within}, for a column with instants. */
export function withinInstants(query: Knex.QueryBuilder, column: string, { from, to }: ExportFilter): void {
  const midnight = (on: string) => toSqlUtc(clinicDayStart(on))
  if (from !== undefined) query.where(column, '>=', midnight(from))
  if (to !== undefined) query.where(column, '<', midnight(addDays(to, 1)))
}

/** Only what imports of a source brought, where one is asked for. */
export function fromSource(query: Knex.QueryBuilder, column: string, { source }: ExportFilter): void {
  if (source !== undefined) query.where(column, source)
}

/** None of the clinic's own rows, where those of a source are asked for. */
export function ownOnly(query: Knex.QueryBuilder, { source }: ExportFilter): void {
  if (source !== undefined) query.whereRaw('false')
}
