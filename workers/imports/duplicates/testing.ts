import { expect } from 'vitest'
import { requestDuplicates } from '../../../shared/imports/duplicates/commands.ts'
import { duplicatesInput } from '../../../shared/imports/duplicates/schema.ts'
import type { OperationRow } from '../../../shared/operations/repository.ts'
import type { TestDeps } from '../../../shared/testing/harness.ts'
import { csvOf, type PersonCells } from '../../../shared/testing/people.ts'
import type { ImportRig } from '../testing.ts'

export const NOBODY = { principal: null }

/** The n-th of those who look like nobody but the n-th of another series: each was born on a day of his own. */
export const twin = (n: number, series: string): PersonCells => ({
  external_id: `${series}${n}`,
  name: `Twin Number${String.fromCharCode(97 + (n % 26), 97 + Math.floor(n / 26), 120)}`,
  id_type: 'PASSPORT',
  id_number: `${series}TW${100_000 + n}`,
  date_of_birth: `${1940 + (n % 75)}-0${1 + Math.floor(n / 75)}-20`,
  gender: 'M',
  phone: `0127${100_000 + n}`,
  registered_at: '2024-02-29',
})

/** Imports a series of people, and another in which each of them comes again; answers the second import. */
export async function importTwins(rig: ImportRig, pairs: number): Promise<OperationRow> {
  const series = (name: string) => ({ text: csvOf(Array.from({ length: pairs }, (_, n) => twin(n, name))) })
  await rig.import(series('A'))
  const second = await rig.import(series('B'))
  expect(second.counts).toMatchObject({ inserted: pairs })
  return second
}

/** Asks for duplicates to be looked for or decided about; carried out by whoever runs the operation. */
export const ask = (deps: TestDeps, rig: ImportRig, id: string, body: object = {}): Promise<OperationRow> =>
  requestDuplicates(deps, rig.services.queues, id, duplicatesInput.parse(body), NOBODY)

/** How the pairs of all imports stand. */
export async function statuses(deps: TestDeps): Promise<Record<string, number>> {
  const rows = (await deps.db('import_duplicates').groupBy('status').select('status').count({ n: '*' })) as {
    status: string
    n: number | string
  }[]
  return Object.fromEntries(rows.map(({ status, n }) => [status, Number(n)]))
}

/** Each of the pairs is one record, by one merge, and told of once. */
export async function expectMergedOnce(deps: TestDeps, pairs: number): Promise<void> {
  expect(await statuses(deps)).toEqual({ merged: pairs })
  const merges = await deps.db('patient_merges').select('survivor_id', 'merged_id', 'live')
  expect(merges).toHaveLength(pairs)
  expect(new Set(merges.map(({ merged_id: id }) => id)).size).toBe(pairs)
  expect(await deps.db('patients').whereNull('deleted_at')).toHaveLength(pairs)
  expect(await deps.db('audit_entries').where({ action: 'patients.merge' })).toHaveLength(2 * pairs)
}
