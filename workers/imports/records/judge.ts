import { isFhir } from '../../../shared/imports/formats/recognise.ts'
import { type Position, readChunks, type SourceRow } from '../../../shared/imports/reader.ts'
import { type RecordRules, recordJudge } from '../../../shared/imports/records/row.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import type { Counts } from '../../runtime/bulk-work.ts'
import type { PreparedSource } from '../prepare.ts'
import type { Candidate } from './kind.ts'
import { looseKeysOf } from './loose-keys.ts'

/** Some rows of a file, each judged by itself. */
export interface JudgedRows {
  read: number
  candidates: Candidate[]
  leftOut: Counts
  end: Position
}

export interface BlockSize {
  rows: number
  bytes: number
}

/** Reads and judges a file from a place on, block by block. */
export async function* readJudgedRows(
  source: PreparedSource,
  rules: RecordRules,
  from: Position,
  size: BlockSize,
  signal: AbortSignal,
): AsyncGenerator<JudgedRows, void> {
  const looseKeys = looseKeysOf(rules)
  const judgeFields = recordJudge(rules, {
    strictness: source.options.strictness,
    todayOn: source.todayOn,
    nowMs: source.nowMs,
    isPartial: isFhir(source.format),
  })
  const judge = ({ row, line, cells, problem }: SourceRow, leftOut: Counts): Candidate => {
    if (problem !== undefined) return { row, line, cells, values: {}, problems: [problem], isWatched: false }
    const fields = source.toFields(cells)
    const judged = judgeFields(fields)
    if (judged.problems.length === 0)
      for (const column of judged.leftOut)
        leftOut[`leftOut.${column}`] = (leftOut[`leftOut.${column}`] ?? 0) + 1
    const isWatched = looseKeys(fields).some((key) => source.repeats.mayRepeat(key))
    return { row, line, cells, values: judged.values, problems: judged.problems, isWatched }
  }
  const limits = { chunkRows: size.rows, chunkBytes: size.bytes, signal }
  for await (const { rows, end } of readChunks(source.path, source.layout, from, limits)) {
    const leftOut: Counts = {}
    const candidates: Candidate[] = []
    for (const row of rows) {
      candidates.push(judge(row, leftOut))
      if (candidates.length % ROWS_A_BREATH === 0) await breathe()
    }
    yield { read: rows.length, candidates, leftOut, end }
  }
}
