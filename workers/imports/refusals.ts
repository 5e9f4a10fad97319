import type { Knex } from '../../shared/db/connect.ts'
import type { Refusal } from './patients/plan.ts'

const ROWS_PER_INSERT = 500
/** A statement grows to this much JSON at most (and one row more), far below `max_allowed_packet`. */
const CHARS_PER_INSERT = 1024 * 1024
/** Refused cells are kept to be shown and sent back; a cell longer than this is cut. */
const KEPT_CELL_CHARS = 10_000

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
