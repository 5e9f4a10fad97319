import type { Db, Knex } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { holdingSummary } from './fold.ts'
import { withImported } from './imported.ts'
import type { Measure } from './rules.ts'
import { type RecordedMeasure, SOURCES } from './sources.ts'
import type { FigureRow } from './summary.ts'
import { ticketRows } from './ticket-rows.ts'

/** Clinic days, both included. */
export interface DayRange {
  from: string
  to: string
}

const WAIT_S = 30
const ROWS_A_STATEMENT = 1000
const CLINIC_OFFSET_MS = 8 * 3_600_000

/** When a clinic day begins, as the database keeps instants. */
const startOf = (day: string, daysLater = 0): string => {
  const at = new Date(Date.parse(`${day}T00:00:00Z`) - CLINIC_OFFSET_MS + daysLater * 86_400_000)
  return at.toISOString().replace('T', ' ').replace('Z', '')
}

/** What the records of one kind add up to, from the truth. */
function recordedRows(db: Db, measure: RecordedMeasure, { from, to }: DayRange): PromiseLike<FigureRow[]> {
  const { at, parts, value, records } = SOURCES[measure]
  const query = records(db)
    .comment('dashboard.count')
    .select(...parts(db), db.raw('sum(?) as value', [value(db)]))
    .groupBy('measure', 'day', 'doctor_id', 'part')
  if (at.is === 'day') query.whereBetween(at.column, [from, to])
  else query.where(at.column, '>=', startOf(from)).where(at.column, '<', startOf(to, 1))
  return query as unknown as PromiseLike<FigureRow[]>
}

/** Measures that come from tickets together; the others come from records, each from its own. */
const OF_TICKETS: readonly Measure[] = ['visits', 'arrivals', 'waiting', 'consulting']

/**
 * Puts the counted rows in place of the summary's. Truth and pending changes are read in one snapshot, so a change is
 * either in both, and is removed, or in neither, and is folded in later; the lock keeps others from folding meanwhile.
 */
async function replace(
  trx: Knex.Transaction,
  measures: readonly Measure[],
  range: DayRange,
  count: (trx: Knex.Transaction) => PromiseLike<FigureRow[]>,
): Promise<number> {
  const days: [string, string] = [range.from, range.to]
  const pending = (await trx('figure_deltas')
    .comment('dashboard.pending')
    .whereIn('measure', [...measures])
    .whereBetween('day', days)
    .pluck('id')) as string[]
  const rows = (await count(trx)).filter(({ value }) => Number(value) !== 0)
  await trx('day_figures')
    .comment('dashboard.forget')
    .whereIn('measure', [...measures])
    .whereBetween('day', days)
    .delete()
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT)
    await trx('day_figures').insert(rows.slice(at, at + ROWS_A_STATEMENT))
  for (let at = 0; at < pending.length; at += ROWS_A_STATEMENT)
    await trx('figure_deltas')
      .whereIn('id', pending.slice(at, at + ROWS_A_STATEMENT))
      .delete()
  return rows.length
}

/** The first and the last day of which there is anything to count, or null of an empty clinic. */
async function wholeRange(db: Db): Promise<DayRange | null> {
  const [[seen]] = (await db.raw(
    `select /* dashboard.range */ least(ifnull(a, x), ifnull(b, x), ifnull(c, x), ifnull(d, x), ifnull(e, x), ifnull(k, x), ifnull(m, x)) as first,
        greatest(ifnull(f, y), ifnull(g, y), ifnull(h, y), ifnull(i, y), ifnull(j, y), ifnull(l, y), ifnull(n, y)) as last
      from (select date('9999-12-31') x, date('1000-01-01') y,
        (select min(day) from tickets) a, (select max(day) from tickets) f,
        (select min(paid_on) from payment_tenders) b, (select max(paid_on) from payment_tenders) g,
        (select min(day) from consultations) c, (select max(day) from consultations) h,
        (select date(min(created_at) + interval 8 hour) from patients where import_no is null) d,
        (select date(max(created_at) + interval 8 hour) from patients where import_no is null) i,
        (select min(visited_on) from imported_visits) k, (select max(visited_on) from imported_visits) l,
        (select min(paid_on) from imported_payments) m, (select max(paid_on) from imported_payments) n,
        (select min(day) from day_figures) e, (select max(day) from day_figures) j) bounds`,
  )) as [[{ first: string; last: string }]]
  return seen.first > seen.last ? null : { from: seen.first, to: seen.last }
}

/** The months of a range, so that no transaction grows with the years. */
function* monthsOf({ from, to }: DayRange): Generator<DayRange> {
  for (let first = from; first <= to; ) {
    const [year, month] = first.split('-').map(Number) as [number, number]
    const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
    yield { from: first, to: last < to ? last : to }
    first = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10)
  }
}

/**
 * Makes the figures of some days, or of all, again from tickets, payments, prescriptions, consultations, patients and
 * imported history, * while the clinic works; answers how many figures there are. `onMonth` is told of each month that is done.
 */
export async function rebuildFigures(
  deps: Pick<Deps, 'db' | 'prefix'>,
  asked?: DayRange,
  onMonth: (done: number, total: number) => void = () => undefined,
): Promise<number> {
  const range = asked ?? (await wholeRange(deps.db))
  if (range === null) return 0
  const months = [...monthsOf(range)]
  let figures = 0
  const step = async (
    measures: readonly Measure[],
    part: DayRange,
    count: (trx: Knex.Transaction) => PromiseLike<FigureRow[]>,
  ) => {
    const all = async (trx: Knex.Transaction) => withImported(trx, measures, part, await count(trx))
    const work = (trx: Knex.Transaction) => replace(trx, measures, part, all)
    const made = await holdingSummary(deps, WAIT_S, work, 'repeatable read')
    if (made === undefined) throw new AppError('unavailable/busy', { retryAfterS: WAIT_S })
    figures += made
  }
  for (const [done, month] of months.entries()) {
    await step(OF_TICKETS, month, (trx) => ticketRows(trx, month))
    for (const measure of ['takings', 'diagnoses'] as const)
      await step([measure], month, (trx) => recordedRows(trx, measure, month))
    onMonth(done + 1, months.length)
  }
  // these have no index by day: once over the whole period instead of once a month
  for (const measure of ['medicines', 'new-patients'] as const)
    await step([measure], range, (trx) => recordedRows(trx, measure, range))
  return figures
}
