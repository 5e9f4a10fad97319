import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { allocatePatientIds } from './ids.ts'
import { judgeInput } from './judge-input.ts'
import { refuseMerged, survivorOf } from './merged-into.ts'
import type { PatientRow } from './model.ts'
import { holderOf, patients, wordsInsertion } from './repository.ts'
import type { PatientInput } from './schema.ts'
import { clinicNumber } from './view.ts'

/** Source of external ids that are typed by hand. */
export const DESK = 'desk'

/**
 * Judges what was typed and gives each a number, before any transaction: refused input costs nothing, and nobody
 * waits for the counter. Throws `rule/broken` naming the fields; `pathOf(n)` is put before those of the n-th.
 */
export async function prepareNewPatients(
  deps: Pick<Deps, 'db' | 'clock'>,
  inputs: readonly PatientInput[],
  pathOf: (n: number) => string = () => '',
): Promise<PatientRow[]> {
  if (inputs.length === 0) return []
  const now = deps.clock.now()
  const todayOn = clinicDay(now)
  const at = toSqlUtc(now)
  const judged = inputs.map((input, n) => {
    try {
      return judgeInput(input, new Set(Object.keys(input)), todayOn)
    } catch (error) {
      if (!(error instanceof AppError) || error.errors === undefined) throw error
      const errors = error.errors.map(({ path, message }) => ({ path: `${pathOf(n)}${path}`, message }))
      throw new AppError(error.code, { errors })
    }
  })
  const first = await allocatePatientIds(deps.db, inputs.length)
  return judged.map((values, n) => ({
    ...values,
    id: String(first + n),
    source: values.externalId === null ? null : DESK,
    registeredOn: values.registeredOn ?? todayOn,
    importNo: null,
    touchedByImportNo: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
  }))
}

/** The inserts of prepared patients, not yet run: two statements, however many they are. */
export function patientInsertions(trx: Knex.Transaction, rows: readonly PatientRow[]): Knex.QueryBuilder[] {
  if (rows.length === 0) return []
  const words = wordsInsertion(trx, rows)
  return [patients.insertion(trx, rows), ...(words === null ? [] : [words])]
}

/** Writes prepared patients in the transaction of whatever they come for. */
export async function insertNewPatients(trx: Knex.Transaction, rows: readonly PatientRow[]): Promise<void> {
  for (const insertion of patientInsertions(trx, rows)) await insertion
}

/** Says who holds the key that was refused, so that the desk can open that record instead; rethrows anything else. */
export async function throwDuplicate(
  deps: Pick<Deps, 'db'>,
  rows: readonly PatientRow[],
  error: unknown,
): Promise<never> {
  if (!isDuplicateKey(error)) throw error
  for (const row of rows) {
    const holder = await holderOf(deps.db, row)
    if (holder === undefined) continue
    const present = holder.deleted ? await survivorOf(deps.db, holder.id) : holder.id
    throw new AppError('state/duplicate', {
      detail:
        present === undefined ? 'A deleted patient has this number.' : 'Another patient has this number.',
      extra: {
        field: holder.field,
        ...(present === undefined ? {} : { existing: { id: present, clinicNumber: clinicNumber(present) } }),
      },
      cause: error,
    })
  }
  throw error
}

/** Name and number of a patient, as other domains show them. */
export interface PatientName {
  id: string
  name: string
  clinicNumber: string
}

export const nameOf = ({ id, name }: { id: string; name: string }): PatientName => ({
  id,
  name,
  clinicNumber: clinicNumber(id),
})

/**
 * The names of patients in the file, who stay there until the transaction ends. Throws `rule/broken` naming
 * `pathOf(n)` for an id of nobody, `state/merged` naming the survivor for one that was merged.
 */
export async function holdPatients(
  trx: Knex.Transaction,
  ids: readonly string[],
  pathOf: (n: number) => string,
): Promise<PatientName[]> {
  if (ids.length === 0) return []
  const rows = (await trx('patients')
    .comment('patients.hold')
    .whereIn('id', [...ids].sort())
    .whereNull('deleted_at')
    .forShare()
    .select('id', 'name')) as { id: string; name: string }[]
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const id of ids) if (!byId.has(id)) await refuseMerged(trx, id)
  return ids.map((id, n) => {
    const row = byId.get(id)
    if (row !== undefined) return nameOf(row)
    throw new AppError('rule/broken', { errors: [{ path: pathOf(n), message: 'There is no such patient' }] })
  })
}
