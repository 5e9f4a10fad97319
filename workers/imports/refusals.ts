import type { Knex } from '../../shared/db/connect.ts'
import { KEPT_CELL_CHARS } from '../../shared/imports/fixes/change.ts'
import type { Refusal } from './patients/plan.ts'

const ROWS_PER_INSERT = 500
/** A statement grows to this much JSON at most (and one row more), far below `max_allowed_packet`. */
const CHARS_PER_INSERT = 1024 * 1024

const ROWS_PER_DELETE = 2000

/** Forgets refused rows that are tried again, in the transaction of their chunk; answers how many there were. */
export async function forgetRefusals(
  trx: Knex.Transaction,
  operationNo: number,
  rows: readonly number[],
): Promise<number> {
  let forgotten = 0
  for (let from = 0; from < rows.length; from += ROWS_PER_DELETE)
    forgotten += await trx('operation_errors')
      .where({ operation_no: operationNo })
      .whereIn('row_no', rows.slice(from, from + ROWS_PER_DELETE))
      .delete()
  return forgotten
}

/** Keeps refused rows, in the transaction of their chunk. */
export async function saveRefusals(
  trx: Knex.Transaction,
  operationNo: number,
  refusals: readonly Refusal[],
): Promise<void> {
  let batch: Record<string, unknown>[] = []
  let chars = 0
  const flush = async () => {
    if (batch.length > 0) await trx('operation_errors').insert(batch)
    batch = []
    chars = 0
  }
  for (const { row, line, cells, problems } of refusals) {
    const text = JSON.stringify(cells.map((cell) => cell.slice(0, KEPT_CELL_CHARS).toWellFormed()))
    batch.push({
      operation_no: operationNo,
      row_no: row,
      line_no: line,
      first_code: problems[0]?.code ?? '',
      problems: JSON.stringify(problems),
      cells: text,
    })
    chars += text.length
    if (batch.length >= ROWS_PER_INSERT || chars >= CHARS_PER_INSERT) await flush()
  }
  await flush()
}
