import type { Knex } from '../../../shared/db/connect.ts'
import type { BulkWork, Counts, Piece } from '../../runtime/bulk-work.ts'
import type { UndoCursor } from '../undo-pieces.ts'

/** Takes back what an import made of one kind. */
export type UndoWork = BulkWork<unknown, UndoCursor> & { count(): Promise<number> }

interface BundleUndoCursor {
  stage: number
  at: UndoCursor | null
}

interface BundleUndoPiece {
  stage: number
  prepared: unknown
}

/** Takes an import of many kinds back: those first that refer to others. `stages` are in that order. */
export class UndoBundle implements BulkWork<BundleUndoPiece, BundleUndoCursor> {
  readonly #stages: readonly UndoWork[]
  readonly #processed: number
  #written: UndoWork | null = null

  /** `processed`: what was done of it when the run began. */
  constructor(stages: readonly UndoWork[], processed: number) {
    this.#stages = stages
    this.#processed = processed
  }

  async count(): Promise<number> {
    const counts = await Promise.all(this.#stages.map((stage) => stage.count()))
    // each of them counts what was done before in
    return counts.reduce((sum, n) => sum + n - this.#processed, this.#processed)
  }

  async *pieces(
    from: BundleUndoCursor | null,
    signal: AbortSignal,
  ): AsyncGenerator<Piece<BundleUndoPiece, BundleUndoCursor>, void> {
    const { stage: first = 0, at = null } = from ?? {}
    let before = 0
    for (let stage = first; stage < this.#stages.length; stage++) {
      const work = this.#stages[stage] as UndoWork
      let done = this.#processed
      for await (const piece of work.pieces(stage === first ? at : null, signal)) {
        done = piece.processed
        yield {
          prepared: { stage, prepared: piece.prepared },
          end: { stage, at: piece.end },
          processed: before + done,
        }
      }
      before += done - this.#processed
    }
  }

  async write(
    trx: Knex.Transaction,
    { stage, prepared }: BundleUndoPiece,
    careful: boolean,
  ): Promise<Counts> {
    this.#written = this.#stages[stage] as UndoWork
    return this.#written.write(trx, prepared, careful)
  }

  async committed(): Promise<void> {
    await this.#written?.committed?.()
  }
}
