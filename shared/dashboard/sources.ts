import type { Db, Knex } from '../db/connect.ts'
import type { Measure } from './rules.ts'

/** A clinic day from a column with an instant (UTC); Malaysia is eight hours ahead all year. */
const CLINIC_DAY = 'date(?? + interval 8 hour) as day'

/** Measures that are read from the records of other domains by one statement, for the change of one and for all. */
export type RecordedMeasure = Extract<Measure, 'takings' | 'medicines' | 'diagnoses' | 'new-patients'>

interface Source {
  /** Column with the day or instant by which a period is cut out, and which of the two it is. */
  at: { column: string; is: 'day' | 'instant' }
  /** Columns of a figure in the order of its table but for the value. */
  parts: (db: Db) => (string | Knex.Raw)[]
  value: (db: Db) => Knex.Raw
  /** The records that count. */
  records: (db: Db) => Knex.QueryBuilder
}

const name = (db: Db, measure: RecordedMeasure) => db.raw('? as measure', [measure])

/** What of the clinic's records counts, and for whom. The parts never change once a record counts. */
export const SOURCES: Readonly<Record<RecordedMeasure, Source>> = {
  takings: {
    at: { column: 't.paid_on', is: 'day' },
    parts: (db) => [
      name(db, 'takings'),
      't.paid_on as day',
      db.raw('ifnull(p.doctor_id, 0) as doctor_id'),
      't.method as part',
    ],
    value: (db) => db.raw('t.amount_sen'),
    records: (db) => db('payment_tenders as t').join('payments as p', 'p.id', 't.payment_id'),
  },
  // for whoever ordered it: a visit may go on to another doctor, an order stays with its own
  medicines: {
    at: { column: 'l.handed_over_at', is: 'instant' },
    parts: (db) => [
      name(db, 'medicines'),
      db.raw(CLINIC_DAY, ['l.handed_over_at']),
      db.raw('ifnull(d.id, 0) as doctor_id'),
      'l.medication_id as part',
    ],
    value: (db) => db.raw('l.quantity'),
    records: (db) =>
      db('prescription_lines as l')
        .leftJoin('doctors as d', 'd.user_id', 'l.ordered_by')
        .where('l.status', 'handed_over'),
  },
  diagnoses: {
    at: { column: 'c.day', is: 'day' },
    parts: (db) => [name(db, 'diagnoses'), 'c.day as day', 'c.doctor_id as doctor_id', 'g.code as part'],
    value: (db) => db.raw('1'),
    records: (db) =>
      db('consultations as c')
        .join('diagnoses as g', 'g.visit_id', 'c.visit_id')
        .whereIn('c.status', ['signed', 'amended'])
        .whereNotNull('g.code'),
  },
  'new-patients': {
    at: { column: 'p.created_at', is: 'instant' },
    parts: (db) => [
      name(db, 'new-patients'),
      db.raw(CLINIC_DAY, ['p.created_at']),
      db.raw('0 as doctor_id'),
      db.raw("'' as part"),
    ],
    value: (db) => db.raw('1'),
    records: (db) => db('patients as p').whereNull('p.import_no').whereNull('p.deleted_at'),
  },
}

const TARGET = 'figure_deltas (measure, day, doctor_id, part, value)'

/** The insert that adds (`sign` 1) or takes away (-1) what some records count for, not yet run. */
function recordsInsertion(
  trx: Knex.Transaction,
  measure: RecordedMeasure,
  sign: 1 | -1,
  narrow: (records: Knex.QueryBuilder) => void,
): Knex.QueryBuilder {
  const { parts, value, records } = SOURCES[measure]
  const query = records(trx)
  narrow(query)
  query.select(...parts(trx), trx.raw('? * cast(? as signed) as value', [sign, value(trx)]))
  return trx.into(trx.raw(TARGET)).insert(query)
}

/** Counts lines of a prescription after they were handed over (1), or stops counting them before they come back (-1). */
export const medicinesInsertion = (
  trx: Knex.Transaction,
  lineIds: readonly string[],
  sign: 1 | -1,
): Knex.QueryBuilder => recordsInsertion(trx, 'medicines', sign, (q) => q.whereIn('l.id', [...lineIds]))

/**
 * Stops counting the diagnoses of a visit's consultation (-1) before it is signed, amended or goes to another doctor,
 * and counts them (1) afterwards; a draft counts for nothing.
 */
export const diagnosesInsertion = (trx: Knex.Transaction, visitId: string, sign: 1 | -1): Knex.QueryBuilder =>
  recordsInsertion(trx, 'diagnoses', sign, (q) => q.where('c.visit_id', visitId))
