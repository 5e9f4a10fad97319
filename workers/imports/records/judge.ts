import { isFhir } from '../../../shared/imports/formats/recognise.ts'
import { type Position, readChunks, type SourceRow } from '../../../shared/imports/reader.ts'
import { judgeRecord, type RecordRules } from '../../../shared/imports/records/row.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import type { Counts } from '../../runtime/bulk-work.ts'
import type { PreparedSource } from '../prepare.ts'
import type { Candidate } from './kind.ts'
import { looseKeysOf } from './loose-keys.ts'

/** The rows of a piece, each judged by itself. */
export interface JudgedPiece {
  read: number
  candidates: Candidate[]
  leftOut: Counts
  end: Position
}

export interface PieceSize {
  rows: number
  bytes: number
}

/** Reads and judges a file from a place on, piece by piece. */
export async function* readPieces(
  source: PreparedSource,
  rules: RecordRules,
  from: Position,
  size: PieceSize,
  signal: AbortSignal,
): AsyncGenerator<JudgedPiece, void> {
  const looseKeys = looseKeysOf(rules)
  const options = {
    strictness: source.options.strictness,
    todayOn: source.todayOn,
    nowMs: source.nowMs,
    isPartial: isFhir(source.format),
  }
  const judge = ({ row, line, cells, problem }: SourceRow, leftOut: Counts): Candidate => {
    if (problem !== undefined) return { row, line, cells, values: {}, problems: [problem], isWatched: false }
    const fields = source.toFields(cells)
    const judged = judgeRecord(rules, fields, options)
    for (const column of judged.problems.length > 0 ? [] : judged.leftOut)
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
