import type { Knex } from '../../../shared/db/connect.ts'
import type { Candidate, Looking } from './kind.ts'

/** The given values of a field, each once. */
export const valuesOf = (candidates: readonly Candidate[], field: string): string[] => [
  ...new Set(
    candidates
      .map(({ values }) => values[field])
      .filter((value): value is string => typeof value === 'string'),
  ),
]

/** A patient that rows refer to. */
export interface ReferredPatient {
  id: string
  version: string
  dateOfBirth: string | null
}

type PatientRow = [externalId: string, id: string | number, version: number, dateOfBirth: string | null]

/** Patients by the external IDs that the source gave them; of a record that was merged into another one, that other one. */
export async function patientsOf(
  { trx, source, isHeld }: Pick<Looking, 'trx' | 'source' | 'isHeld'>,
  externalIds: readonly string[],
): Promise<Map<string, ReferredPatient>> {
  if (externalIds.length === 0) return new Map()
  const [rows] = (await trx
    .raw(
      `/* imports.patients-of */ select p.external_id, s.id, s.version, s.date_of_birth
     from patients p
     left join patient_merges m on m.merged_id = p.id and m.live = 1
     join patients s on s.id = ifnull(m.survivor_id, p.id) and s.deleted_at is null
     where p.source = ? and p.external_id in (?)${isHeld ? ' lock in share mode' : ''}`,
      [source, externalIds as string[]],
    )
    .options({ rowsAsArray: true })) as unknown as [PatientRow[]]
  return new Map(
    rows.map(([externalId, id, version, dateOfBirth]) => [
      externalId,
      { id: String(id), version: String(version), dateOfBirth },
    ]),
  )
}

/** Ids of rows of a table by a column that is unique in it. */
export async function idsBy(
  trx: Knex,
  table: string,
  column: string,
  values: readonly string[],
): Promise<Map<string, string>> {
  if (values.length === 0) return new Map()
  const rows = (await trx(table)
    .comment('imports.ids-by')
    .whereIn(column, [...values])
    .select({ id: 'id', value: column })) as { id: string | number; value: string }[]
  return new Map(rows.map(({ id, value }) => [value, String(id)]))
}
