import type { Knex } from '../../shared/db/connect.ts'
import type { Refusal } from './patients/plan.ts'

const ROWS_PER_INSERT = 500
/** Refused cells are kept to be shown and sent back; a cell longer than this is cut. */
const KEPT_CELL_CHARS = 10_000

/** Keeps refused rows, in the transaction of their chunk. */
export async function saveRefusals(
  trx: Knex.Transaction,
  operationNo: number,
  refusals: readonly Refusal[],
): Promise<void> {
  for (let from = 0; from < refusals.length; from += ROWS_PER_INSERT) {
    await trx('operation_errors').insert(
      refusals.slice(from, from + ROWS_PER_INSERT).map(({ row, line, cells, problems }) => ({
        operation_no: operationNo,
        row_no: row,
        line_no: line,
        first_code: problems[0]?.code ?? '',
        problems: JSON.stringify(problems),
        cells: JSON.stringify(cells.map((cell) => cell.slice(0, KEPT_CELL_CHARS).toWellFormed())),
      })),
    )
  }
}
