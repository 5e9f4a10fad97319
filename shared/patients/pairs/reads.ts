import type { Db } from '../../db/connect.ts'
import { reading } from '../../db/transaction.ts'
import { PATIENT_PROPERTIES, PatientModel, type PatientRow } from '../model.ts'

/** What is read of a record to compare it with others. */
export interface LightRow {
  id: string
  name: string
  idNumber: string | null
  phone: string | null
  dateOfBirth: string | null
  importNo: number | null
}

const LIGHT = {
  id: 'id',
  name: 'name',
  idNumber: 'id_number',
  phone: 'phone',
  dateOfBirth: 'date_of_birth',
  importNo: 'import_no',
} as const

const light = (db: Db, name: string) =>
  db('patients').comment(`patients.${name}`).whereNull('deleted_at').select(LIGHT)

type LightRows = PromiseLike<LightRow[]>

/** The next records that an import made, by id. */
export const importedAfter = (db: Db, importNo: number, after: string, limit: number): Promise<LightRow[]> =>
  reading(
    light(db, 'imported-after')
      .where({ import_no: importNo })
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit) as LightRows,
  )

/** How many records an import made. */
export async function countImported(db: Db, importNo: number): Promise<number> {
  const row = await reading(
    db('patients').comment('patients.imported').where({ import_no: importNo }).count({ n: '*' }).first(),
  )
  return Number(row?.n ?? 0)
}

/** The days on which those were born whom an import made, in order: at most as many as the calendar has. */
export const birthdaysOfImport = (db: Db, importNo: number): Promise<string[]> =>
  reading(
    db('patients')
      .comment('patients.import-birthdays')
      .where({ import_no: importNo })
      .whereNull('deleted_at')
      .whereNotNull('date_of_birth')
      .distinct('date_of_birth')
      .orderBy('date_of_birth')
      .pluck('date_of_birth') as PromiseLike<string[]>,
  )

type SharedColumn = 'phone' | 'id_number' | 'date_of_birth'

/** How many records have each of these values; asked of the index alone. */
export async function countHolders(
  db: Db,
  column: SharedColumn,
  values: readonly string[],
): Promise<Map<string, number>> {
  if (values.length === 0) return new Map()
  const rows = (await reading(
    db('patients')
      .comment('patients.holders-of')
      .whereIn(column, [...values])
      .groupBy(column)
      .select({ value: column })
      .count({ n: '*' }),
  )) as { value: string; n: number | string }[]
  return new Map(rows.map(({ value, n }) => [value, Number(n)]))
}

/** All records with one of these values; the caller has counted them. */
export const holdersOf = (db: Db, column: SharedColumn, values: readonly string[]): Promise<LightRow[]> =>
  values.length === 0
    ? Promise.resolve([])
    : reading(light(db, 'holders').whereIn(column, [...values]) as LightRows)

/** The first records born on a day: those of an import, or the others. */
export const bornOn = (
  db: Db,
  day: string,
  of: { importNo: number; own: boolean },
  limit: number,
): Promise<LightRow[]> =>
  reading(
    light(db, 'born-on')
      .where({ date_of_birth: day })
      .where((query) =>
        of.own
          ? query.where({ import_no: of.importNo })
          : query.whereNull('import_no').orWhereNot({ import_no: of.importNo }),
      )
      .orderBy('id')
      .limit(limit) as LightRows,
  )

/** Two ids, the lower first. */
export const pairKey = (one: string, other: string): [string, string] =>
  BigInt(one) < BigInt(other) ? [one, other] : [other, one]

/** Which of these pairs were found to be two people, each as `low high`. */
export async function knownApart(db: Db, pairs: readonly [string, string][]): Promise<Set<string>> {
  if (pairs.length === 0) return new Set()
  const keys = pairs.map(([one, other]) => pairKey(one, other))
  const rows = (await reading(
    db('patient_distinctions')
      .comment('patients.known-apart')
      .whereIn(['low_patient_id', 'high_patient_id'], keys)
      .select({ low: 'low_patient_id', high: 'high_patient_id' }),
  )) as { low: string; high: string }[]
  return new Set(rows.map(({ low, high }) => `${low} ${high}`))
}

/** Whole records by id, those that were deleted or merged as well: what a decision was about stays to be seen. */
export async function recordsOf(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, PatientRow & { deletedAt: string | null }>> {
  if (ids.length === 0) return new Map()
  const columns = Object.fromEntries(
    [...PATIENT_PROPERTIES, 'deletedAt'].map((each) => [each, PatientModel.propertyNameToColumnName(each)]),
  )
  const rows = (await reading(
    db('patients')
      .comment('patients.records')
      .whereIn('id', [...ids])
      .select(columns),
  )) as (PatientRow & { deletedAt: string | null })[]
  return new Map(rows.map((row) => [row.id, row]))
}
