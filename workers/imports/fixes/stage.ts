import { closeSync, fsyncSync, openSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import type { Knex } from '../../../shared/db/connect.ts'
import { type KeptRow, mend } from '../../../shared/imports/fixes/change.ts'
import type { Reading } from '../../../shared/imports/fixes/reading.ts'
import { keptRow, refusedOf } from '../../../shared/imports/fixes/reads.ts'
import type { AgainFix } from '../../../shared/imports/fixes/schema.ts'
import { fileWriter } from '../../../shared/imports/formats/staged-writer.ts'
import { breathe } from '../../runtime/breathe.ts'
import { type Run, throwIfStopped } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'

const BATCH_ROWS = 500
const NO_LIMIT = Number.MAX_SAFE_INTEGER

/** Which refused rows are tried again, and how each is changed; null: it stays refused as it is. */
export interface Selection {
  query(db: Knex): Knex.QueryBuilder
  cells(row: KeptRow): string[] | null
}

/** The rows of some groups with their fixes. */
export const byGroups = (no: number, fixes: readonly AgainFix[], reading: Reading): Selection => ({
  query: (db) => refusedOf(db, no, fixes),
  cells: (row) => mend(row, fixes, reading)?.cells ?? null,
})

/** The rows that a mended file has brought anew. */
export const byFile = (no: number, fixNo: number): Selection => ({
  query: (db) => db('operation_errors').where({ operation_no: no, fix_no: fixNo }),
  cells: ({ cells }) => [...cells],
})

/**
 * Writes refused rows as a table that an import reads like any other, in the order of their numbers, and answers how
 * many. `target` appears only when it is complete.
 */
export async function stageRefused(
  run: Run,
  columns: readonly string[],
  selection: Selection,
  target: string,
): Promise<number> {
  const part = `${target}.part`
  const fd = openSync(part, 'w', 0o600)
  try {
    const writer = fileWriter(fd, { maxBytes: NO_LIMIT })
    writer.columns(columns)
    for (let after = 0; ; ) {
      throwIfStopped(run.signal)
      const rows = (await patiently(run, () => next(run, selection, after))).map(keptRow)
      for (const row of rows) {
        const cells = selection.cells(row)
        if (cells !== null) writer.row({ line: row.line, row: row.row }, cells)
      }
      const last = rows.at(-1)
      if (last === undefined) break
      after = last.row
      await breathe()
    }
    writer.end()
    fsyncSync(fd)
    await rename(part, target)
    return writer.rows
  } finally {
    closeSync(fd)
  }
}

async function next(run: Run, selection: Selection, after: number): Promise<Parameters<typeof keptRow>[0][]> {
  return selection
    .query(run.deps.db)
    .where('row_no', '>', after)
    .orderBy('row_no')
    .limit(BATCH_ROWS)
    .select('row_no', 'line_no', 'problems', 'cells')
}
