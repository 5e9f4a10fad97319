import { writeAudit } from '../../../shared/audit/write.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import { refusedOf } from '../../../shared/imports/fixes/reads.ts'
import type { Cause } from '../../../shared/imports/fixes/steps.ts'
import type { BulkWork, Counts, Piece } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'
import { forgetRefusals } from '../refusals.ts'

const PIECE_ROWS = 1000

/** `after` is the last row that was looked at. */
interface SkipCursor {
  after: number
}

/** Refused rows that nobody wants: they count as skipped, and nothing is kept of them. */
export class SkipRefused implements BulkWork<number[], SkipCursor> {
  readonly #run: Run
  readonly #causes: readonly Cause[]

  constructor(run: Run, causes: readonly Cause[]) {
    this.#run = run
    this.#causes = causes
  }

  async *pieces(
    from: SkipCursor | null,
    signal: AbortSignal,
  ): AsyncGenerator<Piece<number[], SkipCursor>, void> {
    let after = from?.after ?? 0
    let processed = this.#run.row.processed
    while (!signal.aborted) {
      const rows = await patiently(this.#run, () => this.#next(after))
      const last = rows.at(-1)
      if (last === undefined) return
      after = last
      processed += rows.length
      yield { prepared: rows, end: { after }, processed }
    }
  }

  async write(trx: Knex.Transaction, rows: number[]): Promise<Counts> {
    const { row, hold } = this.#run
    const skipped = await forgetRefusals(trx, row.no, rows)
    await writeAudit(trx, {
      userId: row.created_by,
      action: 'imports.chunk',
      entity: 'operation',
      entityId: hold.id,
      outcome: 'ok',
      detail: { rows: rows.length, skipped },
    })
    return { skipped, rejected: -skipped }
  }

  async #next(after: number): Promise<number[]> {
    const rows = await refusedOf(this.#run.deps.db, this.#run.row.no, this.#causes)
      .where('row_no', '>', after)
      .orderBy('row_no')
      .limit(PIECE_ROWS)
      .pluck('row_no')
    return rows.map(Number)
  }
}
