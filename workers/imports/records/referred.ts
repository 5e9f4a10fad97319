import type { Knex } from '../../../shared/db/connect.ts'
import type { MixedKind } from '../../../shared/imports/formats/mixed-kinds.ts'
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

/** What stands for the id of what a rehearsal would have stored. */
export const NOT_STORED = { id: '0', version: '0' } as const

/** What a rehearsal would have stored of a kind beside what was found. */
export async function rehearsedBeside(
  { rehearsed }: Looking,
  kind: MixedKind,
  keys: readonly string[],
  found: ReadonlyMap<string, unknown>,
): Promise<ReadonlyMap<string, string | null>> {
  const missing = rehearsed === undefined ? [] : keys.filter((key) => !found.has(key))
  return missing.length === 0 ? new Map() : ((await rehearsed?.(kind, missing)) ?? new Map())
}

/** Patients by the external IDs that the source gave them; of a record that was merged into another one, that other one. */
export async function patientsOf(
  looking: Looking,
  externalIds: readonly string[],
): Promise<Map<string, ReferredPatient>> {
  const { trx, source, isHeld } = looking
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
  const found = new Map(
    rows.map(([externalId, id, version, dateOfBirth]) => [
      externalId,
      { id: String(id), version: String(version), dateOfBirth },
    ]),
  )
  for (const [externalId, dateOfBirth] of await rehearsedBeside(looking, 'patients', externalIds, found))
    found.set(externalId, { ...NOT_STORED, dateOfBirth })
  return found
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
