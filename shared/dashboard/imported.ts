import type { Db, Knex } from '../db/connect.ts'
import type { Measure } from './rules.ts'
import type { FigureRow } from './summary.ts'

/** What imported history counts for: a row for each measure, day, doctor and part, `narrowed` by a condition. */
interface Source {
  measure: Measure
  /** Of what the ids are that a change of figures is about. */
  of: 'visits' | 'lines' | 'payments'
  select: string
  from: string
  where?: string
  id: string
  day: string
}

const VISIT = 'from imported_visits i join visits v on v.imported_id = i.id'
const OF_VISIT = { of: 'visits', from: VISIT, id: 'i.id', day: 'i.visited_on' } as const

const SOURCES: readonly Source[] = [
  {
    ...OF_VISIT,
    measure: 'visits',
    select: "'visits', i.visited_on, ifnull(v.doctor_id, 0), i.status, count(*)",
  },
  {
    ...OF_VISIT,
    measure: 'arrivals',
    select:
      "'arrivals', i.visited_on, ifnull(v.doctor_id, 0), date_format(i.visit_at + interval 8 hour, '%H'), count(*)",
  },
  {
    ...OF_VISIT,
    measure: 'diagnoses',
    select: "'diagnoses', i.visited_on, ifnull(v.doctor_id, 0), i.diagnosis_code, count(*)",
    where: "i.status = 'completed' and i.diagnosis_code is not null",
  },
  {
    measure: 'medicines',
    of: 'lines',
    select: "'medicines', i.visited_on, ifnull(v.doctor_id, 0), l.medication_id, sum(l.quantity)",
    from: `${VISIT} join imported_lines l on l.imported_visit_id = i.id`,
    id: 'l.id',
    day: 'i.visited_on',
  },
  {
    measure: 'takings',
    of: 'payments',
    select: "'takings', y.paid_on, ifnull(v.doctor_id, 0), y.method, sum(y.amount_sen)",
    from: 'from imported_payments y join visits v on v.imported_id = y.imported_visit_id',
    where: "y.status = 'paid'",
    id: 'y.id',
    day: 'y.paid_on',
  },
]

const statement = ({ select, from, where = '1 = 1' }: Source, narrowed: string): string =>
  `select ${select} ${from} where ${where} and ${narrowed} group by 1, 2, 3, 4`

/** Adds (`sign` 1) or takes away (-1) what some imported records count for, as they are now. */
async function change(
  trx: Knex.Transaction,
  of: Source['of'],
  ids: readonly string[],
  sign: 1 | -1,
): Promise<void> {
  const parts = SOURCES.filter((source) => source.of === of).map((source) =>
    statement(source, `${source.id} in (:ids)`),
  )
  // the first of a union names the columns, and those have no names by which to be told
  const sql = `insert into figure_deltas (measure, day, doctor_id, part, value) /* dashboard.imported */
    with counted (measure, day, doctor_id, part, n) as (${parts.join(' union all ')})
    select measure, day, doctor_id, part, n * :sign from counted`
  await trx.raw(sql, { ids: ids as string[], sign })
}

/** Counts imported visits and their diagnoses (1) after they are written, or no longer (-1) before they change or go. */
export const importedVisitFigures = (trx: Knex.Transaction, ids: readonly string[], sign: 1 | -1) =>
  change(trx, 'visits', ids, sign)

/** Counts what was handed over on imported visits, as {@link importedVisitFigures} does. */
export const importedLineFigures = (trx: Knex.Transaction, ids: readonly string[], sign: 1 | -1) =>
  change(trx, 'lines', ids, sign)

/** Counts imported payments, as {@link importedVisitFigures} does; void ones are nothing. */
export const importedPaymentFigures = (trx: Knex.Transaction, ids: readonly string[], sign: 1 | -1) =>
  change(trx, 'payments', ids, sign)

/** What the imported records of some days add up to, for some measures. */
async function importedRows(
  db: Db,
  measures: readonly Measure[],
  { from, to }: { from: string; to: string },
): Promise<FigureRow[]> {
  const found: FigureRow[] = []
  for (const source of SOURCES.filter(({ measure }) => measures.includes(measure))) {
    const [rows] = (await db
      .raw(statement(source, `${source.day} between :from and :to`), { from, to })
      .options({ rowsAsArray: true })) as unknown as [(string | number)[][]]
    for (const [measure, day, doctorId, part, value] of rows)
      found.push({
        measure: String(measure),
        day: String(day),
        doctor_id: String(doctorId),
        part: String(part),
        value: Number(value),
      })
  }
  return found
}

/** Rows counted from the clinic's own records together with those of what was imported: one row a figure. */
export async function withImported(
  db: Db,
  measures: readonly Measure[],
  range: { from: string; to: string },
  own: readonly FigureRow[],
): Promise<FigureRow[]> {
  const sums = new Map<string, FigureRow>()
  for (const row of [...own, ...(await importedRows(db, measures, range))]) {
    const key = [row.measure, row.day, row.doctor_id, row.part].join(' ')
    const sum = sums.get(key)
    sums.set(key, { ...row, value: Number(row.value) + (sum?.value ?? 0) })
  }
  return [...sums.values()]
}
