import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { MEASURES, type Measure } from './rules.ts'

/** A sum of figures. */
export interface FigureSum {
  measure: Measure
  day: string
  doctor_id: string
  part: string
  value: string | number
}

/** Which figures; `doctorId` null: the whole clinic. */
export interface FigureFilter {
  measures: readonly Measure[]
  from: string
  to: string
  doctorId: string | null
}

/**
 * Figures with what is not folded in yet, in one statement and so of one instant: whatever moves from one table to the
 * other meanwhile is counted once. The rows are added up by whoever shows them: a temporary table would cost more.
 */
function together(
  db: Db,
  { measures, from, to, doctorId }: FigureFilter,
  shape: (part: Knex.QueryBuilder) => void,
): Promise<FigureSum[]> {
  const parts = ['day_figures', 'figure_deltas'].map((table) => {
    const part = db(table)
      .whereIn('measure', [...measures])
      .whereBetween('day', [from, to])
    if (doctorId !== null) part.where('doctor_id', doctorId)
    shape(part)
    return part
  })
  return reading(db.unionAll(parts).comment('dashboard.figures') as unknown as PromiseLike<FigureSum[]>)
}

/** All figures of one day. */
export const figuresOfDay = (db: Db, day: string, doctorId: string | null): Promise<FigureSum[]> =>
  together(db, { measures: MEASURES, from: day, to: day, doctorId }, (part) =>
    part.select('measure', 'day', 'doctor_id', 'part', 'value'),
  )

/** Sums of each day of a period, in the order of the summary's key, so without sorting. */
export const figuresByDay = (db: Db, filter: FigureFilter): Promise<FigureSum[]> =>
  together(db, filter, (part) =>
    part
      .groupBy('measure', 'day')
      .select(
        'measure',
        'day',
        db.raw("'' as doctor_id"),
        db.raw("'' as part"),
        db.raw('sum(value) as value'),
      ),
  )

/** Names of some medicines, by id. */
export async function medicineNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = (await reading(
    db('medications')
      .comment('dashboard.medicines')
      .whereIn('id', [...ids])
      .select('id', 'generic_name', 'strength'),
  )) as { id: string; generic_name: string; strength: string | null }[]
  return new Map(rows.map((row) => [row.id, [row.generic_name, row.strength].filter(Boolean).join(' ')]))
}
