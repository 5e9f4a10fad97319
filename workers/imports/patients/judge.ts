import { type Position, readChunks, type SourceRow } from '../../../shared/imports/reader.ts'
import { judgePatient } from '../../../shared/patients/rules.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import type { Counts } from '../../runtime/bulk-work.ts'
import type { PreparedSource } from '../prepare.ts'
import type { Refusal } from './plan.ts'
import { type Candidate, looseKeys } from './record.ts'

/** Some rows of a file judged by themselves: those with a fault of their own are refused already. */
export interface JudgedRows {
  read: number
  refusals: Refusal[]
  /** Rows whose keys no other row of the file can have. */
  plain: Candidate[]
  /** Rows whose keys may stand in the file again: decided inside the transaction, in file order. */
  watched: Candidate[]
  leftOut: Counts
  /** Number of the last of them. */
  lastRow: number
  /** The place behind them. */
  end: Position
}

/** Bytes of a block at most (one row more may be added): bounds memory where rows are long. */
const BLOCK_BYTES = 2 * 1024 * 1024

/** The largest number of rows up to `most` of which a whole number of blocks (nearly) fills `rows`. */
export const evenBlock = (rows: number, most: number): number => Math.floor(rows / Math.ceil(rows / most))

const nothing = (end: Position): JudgedRows => ({
  read: 0,
  refusals: [],
  plain: [],
  watched: [],
  leftOut: {},
  lastRow: end.row,
  end,
})

/**
 * Reads and judges a file from a place on, `blockRows` rows at a time and others' turn in between. Blocks are short:
 * what is still in use when the collector looks is what it costs, and that was a third of an import's computing.
 */
export async function* readJudged(
  source: PreparedSource,
  from: Position,
  blockRows: number,
  signal: AbortSignal,
): AsyncGenerator<JudgedRows, void> {
  const chunkRows = evenBlock(blockRows, ROWS_A_BREATH)
  const options = { chunkRows, chunkBytes: BLOCK_BYTES, signal }
  let judged = nothing(from)
  let startedAt = from.offset
  for await (const { rows, end } of readChunks(source.path, source.layout, from, options)) {
    for (const row of rows) judgeInto(judged, row, source)
    judged.end = end
    if (judged.read + chunkRows > blockRows || end.offset - startedAt >= BLOCK_BYTES) {
      yield judged
      judged = nothing(end)
      startedAt = end.offset
    }
    await breathe()
  }
  if (judged.read > 0) yield judged
}

function judgeInto(into: JudgedRows, { row, line, cells, problem }: SourceRow, source: PreparedSource): void {
  into.read++
  into.lastRow = row
  if (problem !== undefined) {
    into.refusals.push({ row, line, cells, problems: [problem] })
    return
  }
  const { strictness } = source.options
  const judged = judgePatient(source.toFields(cells), { strictness, todayOn: source.todayOn })
  if ('problems' in judged) {
    into.refusals.push({ row, line, cells, problems: judged.problems })
    return
  }
  for (const column of judged.leftOut) {
    const name = `leftOut.${column}`
    into.leftOut[name] = (into.leftOut[name] ?? 0) + 1
  }
  const { patient } = judged
  const isWatched = looseKeys(patient.externalId ?? '', patient.idNumber ?? '').some((key) =>
    source.repeats.mayRepeat(key),
  )
  ;(isWatched ? into.watched : into.plain).push({ row, line, cells, patient })
}
