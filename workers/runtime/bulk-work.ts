import type { Knex } from '../../shared/db/connect.ts'

/** Counters by name; what a run adds up over its pieces. */
export type Counts = Record<string, number>

/** A piece of the source and the place behind it. `processed` counts units of the source up to `end`. */
export interface Piece<Prepared, Cursor> {
  prepared: Prepared
  end: Cursor
  processed: number
}

/** What a bulk job says of itself; everything else (transaction, cursor, fence, retry, pace) is the loop's. */
export interface BulkWork<Prepared, Cursor> {
  /**
   * The source from a cursor on, each piece read, judged and looked up while the one before is being written: a guess
   * that `write` may not trust. Reading again from any `end` must give the same pieces. Waits for the database itself.
   */
  pieces(from: Cursor | null, signal: AbortSignal): AsyncGenerator<Piece<Prepared, Cursor>, void>
  /**
   * Writes a piece inside its transaction and answers what to add to the counts. `careful` after a conflict: look
   * everything up again, locking. Throws {@link ChunkConflict} when a guess turned out wrong.
   */
  write(trx: Knex.Transaction, prepared: Prepared, careful: boolean): Promise<Counts>
  /** What follows a commit outside the database (cached reads); repeated by others if it fails. */
  committed?(): Promise<void>
}

/** A guess made before the transaction was wrong: the piece is rolled back and written again, carefully. */
export class ChunkConflict extends Error {}
