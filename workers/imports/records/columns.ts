import { amountText, senOfText } from '../../../shared/imports/records/values.ts'
import { fromSqlUtc } from '../../../shared/units/clock.ts'

/** How a field is kept: as it is, as a whole number, as sen, as a decimal of RM, as a day, as an instant. */
export type ColumnType = 'text' | 'integer' | 'sen' | 'price' | 'day' | 'instant'

/** Where a field of a record is kept. */
export interface RecordColumn {
  field: string
  column: string
  type: ColumnType
  /** What a new record gets when the field is not given; absent: nothing. */
  empty?: string
  /** Only a new record gets it from a file; it is never compared or changed. */
  isOfNew?: true
}

/** The type of each as a column of JSON_TABLE. */
export const SQL_TYPE: Readonly<Record<ColumnType, string>> = {
  text: 'longtext',
  integer: 'bigint',
  sen: 'bigint',
  price: 'decimal(12,2)',
  day: 'varchar(10)',
  instant: 'varchar(24)',
}

/** A value as the database takes it. */
export function toColumn(type: ColumnType, value: string | null): string | null {
  if (value === null) return null
  if (type === 'sen') return String(senOfText(value))
  return type === 'instant' ? value.replace('T', ' ').replace('Z', '') : value
}

/** A column as a value. */
export function fromColumn(type: ColumnType, stored: string | number | null): string | null {
  if (stored === null) return null
  if (type === 'sen') return amountText(Number(stored))
  return type === 'instant' ? fromSqlUtc(String(stored)) : String(stored)
}
