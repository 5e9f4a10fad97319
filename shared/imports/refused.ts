import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { OperationPage } from '../operations/reads.ts'
import type { OperationRow } from '../operations/repository.ts'
import type { RefusedQuery, RefusedRow } from '../operations/schema.ts'
import { refusedCsv } from './refused-csv.ts'

const DEEPEST_ROW = 10_000
const BATCH_ROWS = 1000

interface StoredRefusal {
  row_no: number | string
  line_no: number | string
  problems: { column: string; code: string; message: string }[]
  cells: string[]
}

type Db = Pick<Deps, 'db'>

/** Names for the cells of a row: the header, numbered where it is blank or says a name twice. */
function cellNames(columns: readonly string[], cells: number): string[] {
  const taken = new Set<string>()
  return Array.from({ length: Math.max(columns.length, cells) }, (_, i) => {
    const given = columns[i] ?? ''
    const name = given === '' || taken.has(given) ? `column ${i + 1}` : given
    taken.add(name)
    return name
  })
}

function show(columns: readonly string[], stored: StoredRefusal): RefusedRow {
  const names = cellNames(columns, stored.cells.length)
  return {
    row: Number(stored.row_no),
    line: Number(stored.line_no),
    problems: stored.problems.map((problem) => ({
      ...problem,
      column: problem.column === '' ? null : problem.column,
    })),
    values: Object.fromEntries(stored.cells.map((cell, i) => [names[i] as string, cell])),
  }
}

function refusals(deps: Db, operation: OperationRow, code?: string) {
  const found = deps.db('operation_errors').where({ operation_no: operation.no })
  return code === undefined ? found : found.where({ first_code: code })
}

/** Refused rows of an import in file order, and how many there are of each first reason. Three statements. */
export async function listRefused(
  deps: Db,
  operation: OperationRow,
  query: RefusedQuery,
): Promise<{ data: RefusedRow[]; meta: OperationPage['meta']; byCode: Record<string, number> }> {
  const skip = (query.page - 1) * query.limit
  if (skip + query.limit > DEEPEST_ROW) throw new AppError('request/too-deep-page')
  const page = refusals(deps, operation, query.code)
    .select('row_no', 'line_no', 'problems', 'cells')
    .orderBy('row_no')
    .limit(query.limit + 1)
  if (query.cursor === undefined) page.offset(skip)
  else page.where('row_no', '>', Number(query.cursor))
  const counted = refusals(deps, operation).select('first_code').count({ n: '*' }).groupBy('first_code')
  const [rows, codes] = (await reading(Promise.all([page, counted]))) as [
    StoredRefusal[],
    { first_code: string; n: number }[],
  ]
  const byCode = Object.fromEntries(codes.map(({ first_code, n }) => [first_code, Number(n)]))
  const total =
    query.code === undefined ? Object.values(byCode).reduce((a, b) => a + b, 0) : (byCode[query.code] ?? 0)
  const shown = rows.slice(0, query.limit)
  return {
    data: shown.map((row) => show(operation.file_columns ?? [], row)),
    meta: {
      page: query.page,
      limit: query.limit,
      total: Math.min(total, DEEPEST_ROW),
      totalPages: Math.ceil(Math.min(total, DEEPEST_ROW) / query.limit),
      ...(total > DEEPEST_ROW ? { totalIsAtLeast: true } : {}),
      next: rows.length > query.limit ? String(shown.at(-1)?.row_no) : null,
    },
    byCode,
  }
}

/** The refused rows as a file that can be mended and sent again, read in batches by key: memory stays flat. */
export async function* refusedFile(deps: Db, operation: OperationRow): AsyncGenerator<string, void> {
  const csv = refusedCsv(operation.file_columns ?? [])
  yield csv.header
  for (let after = 0; ; ) {
    const rows = (await reading(
      refusals(deps, operation)
        .select('row_no', 'line_no', 'problems', 'cells')
        .where('row_no', '>', after)
        .orderBy('row_no')
        .limit(BATCH_ROWS),
    )) as StoredRefusal[]
    if (rows.length === 0) return
    yield rows
      .map((row) =>
        csv.row({
          row: Number(row.row_no),
          line: Number(row.line_no),
          problems: row.problems,
          cells: row.cells,
        }),
      )
      .join('')
    after = Number(rows.at(-1)?.row_no)
  }
}
