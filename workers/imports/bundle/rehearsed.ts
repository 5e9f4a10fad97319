import type { Knex } from '../../../shared/db/connect.ts'
import type { MixedKind } from '../../../shared/imports/formats/mixed-kinds.ts'
import { loadClaims, saveClaims } from '../patients/claims.ts'

/** Kinds that rows of other kinds refer to, by the letter under which a rehearsal notes their keys. */
const LETTERS: Partial<Record<MixedKind, string>> = { patients: 'P', visits: 'V', medications: 'M' }

/** What a rehearsal would have stored of a kind: its key, and what those who refer to it have to know. */
export type Rehearsed = readonly (readonly [key: string, what: string | null])[]

const nameOf = (kind: MixedKind, key: string): string => `n:${LETTERS[kind]}:${key}`

/** Notes what a rehearsal of a file with many kinds would have stored, for the rows that refer to it. */
export async function noteRehearsed(
  trx: Knex.Transaction,
  importNo: number,
  kind: MixedKind | undefined,
  accepted: Rehearsed,
): Promise<void> {
  if (kind === undefined || LETTERS[kind] === undefined || accepted.length === 0) return
  const claims = new Map(accepted.map(([key, what]) => [nameOf(kind, key), { row: 0, partner: what }]))
  await saveClaims(trx, importNo, claims)
}

/** What was noted under these keys. */
export async function rehearsedOf(
  trx: Knex.Transaction,
  importNo: number,
  kind: MixedKind,
  keys: readonly string[],
): Promise<Map<string, string | null>> {
  const names = new Map(keys.map((key) => [nameOf(kind, key), key]))
  const noted = await loadClaims(trx, importNo, [...names.keys()])
  return new Map(noted.map(([name, { partner }]) => [names.get(name) as string, partner]))
}
