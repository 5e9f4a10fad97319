import type { Knex } from '../../../shared/db/connect.ts'
import type { Claim } from '../patients/decide.ts'
import { externalKey, idKey, isExternalKey, valueOfKey } from '../patients/record.ts'
import type { Context, RecordKind, UniqueField, Values } from '../records/kind.ts'
import { claimKey } from '../records/lookup.ts'

/** Numbers of rows that are not known any more; far above those of any file, one for each record. */
const UNKNOWN_ROW = 1_000_000_000_000
const rowOf = (id: string | number): number => UNKNOWN_ROW + Number(id)

interface PatientRow {
  id: string | number
  source: string | null
  external_id: string | null
  id_type: string | null
  id_number: string | null
  import_no: number | null
  touched_by_import_no: number | null
}

/**
 * The keys among these that belong to patients whom this import wrote before: a row that is tried again is a later one
 * of the same file, however equal. Keys that are unique in the file are not claimed when it is read, so it is asked here.
 */
export async function ownPatientClaims(
  trx: Knex.Transaction,
  { importNo, source }: Pick<Context, 'importNo' | 'source'>,
  keys: readonly string[],
): Promise<[string, Claim][]> {
  const externalIds = keys.filter(isExternalKey).map(valueOfKey)
  const idNumbers = keys.filter((key) => !isExternalKey(key)).map(valueOfKey)
  const select = () =>
    trx('patients')
      .comment('imports.own-patients')
      .select('id', 'source', 'external_id', 'id_type', 'id_number', 'import_no', 'touched_by_import_no')
  const found = [
    ...(externalIds.length === 0 ? [] : await select().where({ source }).whereIn('external_id', externalIds)),
    ...(idNumbers.length === 0 ? [] : await select().whereIn('id_number', idNumbers)),
  ] as PatientRow[]
  return found
    .filter((row) => row.import_no === importNo || row.touched_by_import_no === importNo)
    .flatMap((row): [string, Claim][] => {
      const external = row.external_id === null || row.source !== source ? null : externalKey(row.external_id)
      const id = row.id_number === null ? null : idKey(row.id_type, row.id_number)
      const claim = (partner: string | null): Claim => ({ row: rowOf(row.id), partner })
      return [
        ...(external === null ? [] : [[external, claim(id)] satisfies [string, Claim]]),
        ...(id === null ? [] : [[id, claim(external)] satisfies [string, Claim]]),
      ]
    })
}

interface RecordRow {
  id: string | number
  import_no: number | null
  value: string
  key: string
}

async function holders(
  kind: RecordKind,
  { trx, source }: Context,
  { column, perSource }: UniqueField,
  values: readonly string[],
): Promise<RecordRow[]> {
  if (values.length === 0) return []
  const query = trx(kind.table)
    .comment('imports.own-records')
    .whereIn(column, [...values])
    .select({ id: 'id', import_no: 'import_no', value: column, key: kind.key.column })
  if (perSource) query.where({ source })
  return (await query) as RecordRow[]
}

/** As {@link ownPatientClaims} for records of a kind: by the names that {@link claimKey} gives. */
export async function ownRecordClaims(
  kind: RecordKind,
  name: string,
  context: Context,
  rows: readonly { values: Values }[],
): Promise<[string, Claim][]> {
  const found: { at: number; row: RecordRow }[] = []
  for (const [at, unique] of [kind.key, ...kind.others].entries()) {
    const values = rows.flatMap(({ values: { [unique.field]: value } }) =>
      typeof value === 'string' ? [value] : [],
    )
    for (const row of await holders(kind, context, unique, [...new Set(values)])) found.push({ at, row })
  }
  if (found.length === 0) return []
  const changed = await context
    .trx('import_changes')
    .where({ operation_no: context.importNo, kind: name })
    .whereIn(
      'row_id',
      found.map(({ row }) => row.id),
    )
    .pluck('row_id')
  const changedIds = new Set(changed.map(String))
  return found
    .filter(({ row }) => row.import_no === context.importNo || changedIds.has(String(row.id)))
    .map(({ at, row }) => [claimKey(at, row.value), { row: rowOf(row.id), partner: claimKey(0, row.key) }])
}
