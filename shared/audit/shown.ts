import type { Knex } from '../db/connect.ts'
import { isRowId } from '../units/ids.ts'
import type { StoredEntry } from './hash.ts'

const INSERT_ROWS = 5000

/** Ids of the patients that an answer showed, from an entry's detail; none when it was about one patient or nobody. */
export function shownIds(detail: unknown): string[] {
  const shown = (detail as { shown?: unknown } | null | undefined)?.shown
  if (!Array.isArray(shown)) return []
  return shown.filter((id): id is string => typeof id === 'string' && isRowId(id))
}

function rowsOf({ id, at, patient_id, detail }: StoredEntry) {
  // most entries are about one patient: they are not parsed
  if (detail === null || !detail.includes('"shown"')) return []
  const ids = new Set(shownIds(JSON.parse(detail)))
  if (patient_id !== null) ids.delete(String(patient_id))
  return [...ids].map((shown) => ({ audit_id: id, patient_id: shown, at }))
}

/** Writes down whom these entries showed, in the transaction that seals them, so that each is written once. */
export async function insertShown(trx: Knex, entries: readonly StoredEntry[]): Promise<void> {
  const rows = entries.flatMap(rowsOf)
  for (let from = 0; from < rows.length; from += INSERT_ROWS)
    await trx('audit_shown').insert(rows.slice(from, from + INSERT_ROWS))
}
