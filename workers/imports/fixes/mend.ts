import { access } from 'node:fs/promises'
import { inTransaction } from '../../../shared/db/transaction.ts'
import { AppError } from '../../../shared/errors/app-error.ts'
import { type MendedColumns, mendedColumns } from '../../../shared/imports/fixes/mended-file.ts'
import { readChunks, type SourceRow } from '../../../shared/imports/reader.ts'
import { importOptions } from '../../../shared/imports/schema.ts'
import { type Run, Stopped } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'
import { stageSource } from '../formats/stage-source.ts'

const CHUNK_ROWS = 500

interface Kept {
  row_no: number | string
  line_no: number | string
  first_code: string
  problems: unknown
  cells: string[]
}

/**
 * Puts the rows of a mended file in the places of those that were refused, marked with the fix; they are tried after
 * that. Rows that are no refused ones (any more), or cannot be read, are left and counted. Done again, it is the same.
 * Throws what is wrong with the file as a whole.
 */
export async function takeMendedFile(run: Run, fixNo: number, path: string, dir: string): Promise<number> {
  if (!(await isThere(path))) throw new AppError('operation/file-gone')
  // what was said about the first file says nothing of this one
  const plain: Run = { ...run, row: { ...run.row, params: {} } }
  const { path: table, layout } = await stageSource(plain, path, dir, importOptions.parse({}))
  const columns = mendedColumns(layout.columns, run.row.file_columns ?? [])
  let left = 0
  for await (const { rows } of readChunks(table, layout, layout.start, {
    chunkRows: CHUNK_ROWS,
    signal: run.signal,
  }))
    left += await patiently(run, () => take(run, fixNo, columns, rows))
  return left
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function take(
  run: Run,
  fixNo: number,
  columns: MendedColumns,
  rows: readonly SourceRow[],
): Promise<number> {
  const mended = new Map<number, readonly string[]>()
  for (const { cells, problem } of rows) {
    const row = columns.rowOf(cells)
    if (problem === undefined && row !== null) mended.set(row, cells)
  }
  if (mended.size === 0) return rows.length
  const taken = await inTransaction(run.deps.db, async (trx) => {
    const held = await trx('operations')
      .where({ id: run.hold.id, fence: run.hold.fence, status: 'active' })
      .update({ heartbeat_at: trx.raw('utc_timestamp(3)') })
    if (held !== 1) throw new Stopped('fenced')
    const kept = (await trx('operation_errors')
      .where({ operation_no: run.row.no })
      .whereIn('row_no', [...mended.keys()])
      .select('row_no', 'line_no', 'first_code', 'problems', 'cells')) as Kept[]
    if (kept.length === 0) return 0
    await trx('operation_errors')
      .insert(
        kept.map(({ row_no, line_no, first_code, problems, cells }) => ({
          ...{ operation_no: run.row.no, row_no, line_no, first_code, fix_no: fixNo },
          problems: JSON.stringify(problems),
          cells: JSON.stringify(columns.merge(cells, mended.get(Number(row_no)) as readonly string[])),
        })),
      )
      .onConflict(['operation_no', 'row_no'])
      .merge(['fix_no', 'cells'])
    return kept.length
  })
  return rows.length - taken
}
