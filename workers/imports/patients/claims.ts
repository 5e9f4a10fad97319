import type { Knex } from '../../../shared/db/connect.ts'
import type { Claim } from './decide.ts'

const KEYS_PER_STATEMENT = 2000

interface ClaimRow {
  key_text: string
  row_no: number | string
  partner: string | null
}

/** The keys among these that earlier rows of the file have claimed. */
export async function loadClaims(
  trx: Knex.Transaction,
  operationNo: number,
  keys: readonly string[],
): Promise<[string, Claim][]> {
  if (keys.length === 0) return []
  const rows = (await trx('import_keys')
    .where({ operation_no: operationNo })
    .whereIn('key_text', keys)
    .select('key_text', 'row_no', 'partner')) as ClaimRow[]
  return rows.map((row) => [row.key_text, { row: Number(row.row_no), partner: row.partner }])
}

/** Keeps what the rows of a chunk claimed, in its transaction; a claim may get its partner later. */
export async function saveClaims(
  trx: Knex.Transaction,
  operationNo: number,
  claims: ReadonlyMap<string, Claim>,
): Promise<void> {
  const rows = Array.from(claims, ([key, { row, partner }]) => ({
    operation_no: operationNo,
    key_text: key,
    row_no: row,
    partner,
  }))
  for (let from = 0; from < rows.length; from += KEYS_PER_STATEMENT) {
    await trx('import_keys')
      .insert(rows.slice(from, from + KEYS_PER_STATEMENT))
      .onConflict(['operation_no', 'key_text'])
      .merge(['partner'])
  }
}
