import type { Piece } from '../runtime/bulk-work.ts'
import type { Run } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'

/** Rows of a piece that is taken back. */
export const UNDO_PIECE_ROWS = 500

/** First what the import changed, then what it created; `after` is the last row id of the stage. */
export interface UndoCursor {
  stage: 'changed' | 'created'
  after: string
}

/** Some rows of an import that is taken back. */
export interface UndoPiece {
  stage: UndoCursor['stage']
  ids: string[]
}

/**
 * Walks through what an import changed and then through what it created, in the order of ids. `next` answers the ids
 * behind a place, at most {@link UNDO_PIECE_ROWS}.
 */
export async function* undoPieces(
  run: Run,
  from: UndoCursor | null,
  signal: AbortSignal,
  next: (cursor: UndoCursor) => Promise<string[]>,
): AsyncGenerator<Piece<UndoPiece, UndoCursor>, void> {
  let processed = run.row.processed
  let cursor: UndoCursor = from ?? { stage: 'changed', after: '0' }
  while (!signal.aborted) {
    const ids = await patiently(run, () => next(cursor))
    if (ids.length === 0) {
      if (cursor.stage === 'created') return
      cursor = { stage: 'created', after: '0' }
      continue
    }
    cursor = { stage: cursor.stage, after: ids.at(-1) as string }
    processed += ids.length
    yield { prepared: { stage: cursor.stage, ids }, end: cursor, processed }
  }
}
