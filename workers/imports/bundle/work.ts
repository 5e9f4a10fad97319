import type { Knex } from '../../../shared/db/connect.ts'
import type { Position } from '../../../shared/imports/reader.ts'
import type { BulkWork, Counts, Piece } from '../../runtime/bulk-work.ts'

/** One kind of a file with many. */
export interface Stage {
  name: string
  rows: number
  work: BulkWork<unknown, Position>
}

/** A place in the file: which kind, and where among its rows (null: before them). `row` counts through all kinds. */
interface BundleCursor {
  stage: number
  at: Position | null
  row: number
}

/** A piece of a kind; null: the step to that kind. */
interface BundlePiece {
  stage: number
  prepared: unknown
}

/**
 * Carries a file with many kinds in, kind by kind, each by its own way, as one run. A piece is prepared while the one
 * before is written; between two kinds comes a piece without rows, so that nothing of a kind is looked at before all that
 * it may refer to is committed.
 */
export class BundleWork implements BulkWork<BundlePiece, BundleCursor> {
  readonly #importNo: number
  readonly #stages: readonly Stage[]
  readonly #doneBefore: number
  #written: BulkWork<unknown, Position> | null = null

  constructor(importNo: number, stages: readonly Stage[], doneBefore: number) {
    this.#importNo = importNo
    this.#stages = stages
    this.#doneBefore = doneBefore
  }

  async *pieces(
    from: BundleCursor | null,
    signal: AbortSignal,
  ): AsyncGenerator<Piece<BundlePiece, BundleCursor>, void> {
    // a run that follows a check begins with the place of a file of one kind
    const { stage: first = 0, at = null } = from ?? {}
    let before = this.#rowsBefore(first)
    for (let stage = first; stage < this.#stages.length; stage++) {
      const { work, rows } = this.#stages[stage] as Stage
      for await (const piece of work.pieces(stage === first ? at : null, signal)) {
        const row = before + piece.end.row
        yield this.#piece({ stage, prepared: piece.prepared }, { stage, at: piece.end, row })
      }
      before += rows + 1
      if (stage + 1 < this.#stages.length)
        yield this.#piece({ stage: stage + 1, prepared: null }, { stage: stage + 1, at: null, row: before })
    }
  }

  #rowsBefore(stage: number): number {
    return this.#stages.slice(0, stage).reduce((sum, { rows }) => sum + rows + 1, 0)
  }

  #piece(prepared: BundlePiece, end: BundleCursor): Piece<BundlePiece, BundleCursor> {
    return { prepared, end, processed: this.#doneBefore + end.row }
  }

  async write(trx: Knex.Transaction, { stage, prepared }: BundlePiece, careful: boolean): Promise<Counts> {
    this.#written = null
    if (prepared === null) {
      await this.#forgetClaims(trx)
      return {}
    }
    const { name, work } = this.#stages[stage] as Stage
    const counts = await work.write(trx, prepared, careful)
    this.#written = work
    const own = Object.entries(counts).flatMap(([what, n]) =>
      what.startsWith('leftOut.') ? [] : [[`${name}.${what}`, n] as const],
    )
    return { ...counts, ...Object.fromEntries(own) }
  }

  async committed(): Promise<void> {
    await this.#written?.committed?.()
  }

  /** Claims of keys are those of one kind; what a rehearsal noted for the next ones stays. */
  async #forgetClaims(trx: Knex.Transaction): Promise<void> {
    await trx('import_keys')
      .comment('imports.forget-claims')
      .where({ operation_no: this.#importNo })
      .whereNot('key_text', 'like', 'n:_:%')
      .delete()
  }
}
