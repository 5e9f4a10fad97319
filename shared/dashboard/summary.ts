import type { Knex } from '../db/connect.ts'
import { addUp, type Figure } from './rules.ts'

/** A row of `figure_deltas`, and of `day_figures`. */
export interface FigureRow {
  measure: string
  day: string
  doctor_id: string
  part: string
  value: number
}

const NO_DOCTOR = '0'

/** A figure as its tables keep it. */
export const toRow = ({ measure, day, doctorId, part, value }: Figure): FigureRow => ({
  measure,
  day,
  doctor_id: doctorId ?? NO_DOCTOR,
  part,
  value,
})

/**
 * The insert that changes figures, not yet run; null when nothing changes.
 *
 * Rows of the summary itself are hot: every registration of a day would wait for the row of its hour until whoever
 * wrote before has committed, and two who write several in another order would deadlock. So the transaction only
 * appends what it adds, which no one else ever touches; one process at a time folds the additions in (`fold.ts`), and
 * a read adds both up, so it is never behind.
 */
export function figuresInsertion(
  trx: Knex.Transaction,
  figures: readonly Figure[],
): Knex.QueryBuilder | null {
  const rows = addUp(figures).map(toRow)
  return rows.length === 0 ? null : trx('figure_deltas').comment('dashboard.add').insert(rows)
}

/** Changes figures in the transaction of their cause. */
export async function addFigures(trx: Knex.Transaction, figures: readonly Figure[]): Promise<void> {
  await figuresInsertion(trx, figures)
}
