import type { Knex } from '../../db/connect.ts'
import { reading as patiently } from '../../db/transaction.ts'
import type { Deps } from '../../deps.ts'
import type { OperationRow } from '../../operations/repository.ts'
import { fromSqlUtc } from '../../units/clock.ts'
import type { Problem } from '../../units/judgement.ts'
import { importKind } from '../kinds.ts'
import { isRowProblem, type KeptRow } from './change.ts'
import { type Reading, readingOf } from './reading.ts'
import type { RefusedGroup, RefusedGroups } from './schema.ts'
import { type Cause, causesOf, type FixStep } from './steps.ts'

const MAX_GROUPS = 100
/** Rows of a group whose values are counted. */
const SAMPLE_ROWS = 200
const SHOWN_EXAMPLES = 3
const SHOWN_VALUES = 20
const SHOWN_FIXES = 20
const DUPLICATES = /^(DUPLICATE_|CONFLICT$)/

type Db = Pick<Deps, 'db'>

interface Stored {
  row_no: number | string
  line_no: number | string
  problems: Problem[]
  cells: string[]
}

/** A refused row as the table has it. */
export const keptRow = ({ row_no, line_no, problems, cells }: Stored): KeptRow => ({
  row: Number(row_no),
  line: Number(line_no),
  problems,
  cells,
})

/** Refused rows of some causes. */
export const refusedOf = (db: Knex, operationNo: number, causes: readonly Cause[]) =>
  db('operation_errors')
    .where({ operation_no: operationNo })
    .whereIn(
      ['first_code', 'first_column'],
      causes.map(({ code, column }) => [code, column ?? '']),
    )

/** The first refused rows of a cause, in file order. */
export async function firstOf(db: Knex, no: number, cause: Cause, rows: number): Promise<KeptRow[]> {
  const found = await patiently(
    refusedOf(db, no, [cause]).orderBy('row_no').limit(rows).select('row_no', 'line_no', 'problems', 'cells'),
  )
  return (found as Stored[]).map(keptRow)
}

function mostFrequent(values: readonly string[]): { value: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN_VALUES)
    .map(([value, count]) => ({ value, count }))
}

function describe(cause: Cause, count: number, rows: readonly KeptRow[], reading: Reading): RefusedGroup {
  const { code, column } = cause
  const rules = importKind(reading.kind)
  const field = rules.fields.find(({ name }) => name === column)
  const values = field === undefined ? [] : rows.map(({ cells }) => reading.valueOf(field.name, cells))
  return {
    ...cause,
    message: rows[0]?.problems[0]?.message ?? '',
    count,
    field: field?.name ?? null,
    canChange: field !== undefined && !isRowProblem(code) && reading.placesOf(field.name).length > 0,
    canBeEmpty: field !== undefined && !field.required,
    canRunAgain: !isRowProblem(code),
    isDuplicate: DUPLICATES.test(code),
    examples: rows
      .slice(0, SHOWN_EXAMPLES)
      .map(({ row, line }, at) => ({ row, line, value: values[at] ?? '' })),
    values: isRowProblem(code) || column === null ? [] : mostFrequent(values),
    valuesOf: rows.length,
  }
}

/** The refused rows of an import by cause, most frequent first, and what was done about them so far. */
export async function refusedGroups(deps: Db, operation: OperationRow): Promise<RefusedGroups> {
  const reading = await readingOf(deps, operation)
  const counted = (await patiently(
    deps
      .db('operation_errors')
      .where({ operation_no: operation.no })
      .groupBy('first_code', 'first_column')
      .orderBy([{ column: 'n', order: 'desc' }, { column: 'first_code' }, { column: 'first_column' }])
      .limit(MAX_GROUPS)
      .select('first_code', 'first_column')
      .count({ n: '*' }),
  )) as { first_code: string; first_column: string; n: number | string }[]
  const groups: RefusedGroup[] = []
  for (const { first_code: code, first_column, n } of counted) {
    const cause = { code, column: first_column === '' ? null : first_column }
    groups.push(describe(cause, Number(n), await firstOf(deps.db, operation.no, cause, SAMPLE_ROWS), reading))
  }
  return { groups, fixes: await madeFixes(deps, operation.no) }
}

interface StoredFix {
  fix_no: number
  state: 'waiting' | 'done' | 'refused'
  request: FixStep
  counts: Record<string, number> | null
  note: string | null
  made_at: string
  done_at: string | null
}

async function madeFixes(deps: Db, operationNo: number): Promise<RefusedGroups['fixes']> {
  const rows = (await patiently(
    deps
      .db('import_fixes')
      .where({ operation_no: operationNo })
      .orderBy('fix_no', 'desc')
      .limit(SHOWN_FIXES)
      .select('fix_no', 'state', 'request', 'counts', 'note', 'made_at', 'done_at'),
  )) as StoredFix[]
  return rows.map((row) => ({
    no: row.fix_no,
    state: row.state,
    what: row.request.what,
    groups: causesOf(row.request),
    counts: row.state === 'waiting' ? null : row.counts,
    note: row.note,
    madeAt: fromSqlUtc(row.made_at) as string,
    doneAt: fromSqlUtc(row.done_at),
  }))
}
