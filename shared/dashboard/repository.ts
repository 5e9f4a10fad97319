import type { Db } from '../db/connect.ts'
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
 * other meanwhile is counted once.
 */
function together(db: Db, { measures, from, to, doctorId }: FigureFilter) {
  const parts = ['day_figures', 'figure_deltas'].map((table) => {
    const part = db(table)
      .whereIn('measure', [...measures])
      .whereBetween('day', [from, to])
      .select('measure', 'day', 'doctor_id', 'part', 'value')
    return doctorId === null ? part : part.where('doctor_id', doctorId)
  })
  return db.unionAll(parts).as('figures')
}

/** All figures of one day. */
export function figuresOfDay(db: Db, day: string, doctorId: string | null): Promise<FigureSum[]> {
  const figures = together(db, { measures: MEASURES, from: day, to: day, doctorId })
  return reading(
    db(figures)
      .comment('dashboard.day')
      .groupBy('measure', 'doctor_id', 'part')
      .having(db.raw('sum(value) <> 0'))
      .select('measure', 'doctor_id', 'part', db.raw('sum(value) as value')) as unknown as PromiseLike<
      FigureSum[]
    >,
  )
}

/** Sums of each day of a period. */
export function figuresByDay(db: Db, filter: FigureFilter): Promise<FigureSum[]> {
  return reading(
    db(together(db, filter))
      .comment('dashboard.by-day')
      .groupBy('measure', 'day')
      .orderBy('day')
      .select('measure', 'day', db.raw('sum(value) as value')) as unknown as PromiseLike<FigureSum[]>,
  )
}

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
