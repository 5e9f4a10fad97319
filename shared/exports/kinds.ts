import type { Db, Knex } from '../db/connect.ts'
import type { CellType, Column } from '../files/table.ts'
import type { Principal } from '../rights/permissions.ts'
import type { ExportKind } from '../rights/results.ts'
import { toSqlUtc } from '../units/clock.ts'
import { addDays, clinicDayStart } from '../units/dates.ts'
import { type Page, pageInOneColumn } from './one-column.ts'
import type { ExportFilter } from './schema.ts'

interface ExportColumn {
  key: string
  type: CellType
  /** A fixed expression of ours; values never stand in it. */
  sql: string
  /** Who may have the column; everybody who may export if absent. */
  for?: (who: Pick<Principal, 'role' | 'permissions'>) => boolean
}

interface ExportKindRule {
  /** The rows, without columns, order and limit. */
  from(db: Db, filter: ExportFilter): Knex.QueryBuilder
  /** The column that gives the order and the place in it. */
  id: string
  columns: readonly ExportColumn[]
}

const text = (key: string, sql: string): ExportColumn => ({ key, type: 'text', sql })
const integer = (key: string, sql: string): ExportColumn => ({ key, type: 'integer', sql })
const day = (key: string, sql: string): ExportColumn => ({ key, type: 'day', sql })
/** ISO 8601 in UTC. */
const instant = (key: string, sql: string): ExportColumn => ({
  key,
  type: 'instant',
  sql: `concat(replace(${sql}, ' ', 'T'), 'Z')`,
})
/** Sen as a decimal text in RM. */
const money = (key: string, sql: string): ExportColumn => ({
  key,
  type: 'money',
  sql: `cast(${sql} / 100 as decimal(14,2))`,
})
const clinicNumber = (sql: string) =>
  text('clinic_number', `concat('P-', lpad(${sql}, greatest(6, length(${sql})), '0'))`)

const clinical = ({ role }: Pick<Principal, 'role'>) => role !== 'cashier'

function within(query: Knex.QueryBuilder, column: string, { from, to }: ExportFilter): void {
  if (from !== undefined) query.where(column, '>=', from)
  if (to !== undefined) query.where(column, '<=', to)
}

/** As {@link within}, for a column with instants. */
function withinInstants(query: Knex.QueryBuilder, column: string, { from, to }: ExportFilter): void {
  const midnight = (on: string) => toSqlUtc(clinicDayStart(on))
  if (from !== undefined) query.where(column, '>=', midnight(from))
  if (to !== undefined) query.where(column, '<', midnight(addDays(to, 1)))
}

const PATIENTS: ExportKindRule = {
  id: 'p.id',
  from(db, filter) {
    const query = db('patients as p').whereNull('p.deleted_at')
    within(query, 'p.registered_on', filter)
    if (filter.state !== undefined) query.where('p.state', filter.state)
    if (filter.company !== undefined) query.where('p.company', filter.company)
    return query
  },
  // named as an import reads them, so that the file can be taken in elsewhere
  columns: [
    clinicNumber('p.id'),
    ...['external_id', 'name', 'id_type', 'id_number'].map((key) => text(key, `p.${key}`)),
    day('date_of_birth', 'p.date_of_birth'),
    ...['gender', 'phone', 'email', 'address', 'postcode', 'state', 'company'].map((key) =>
      text(key, `p.${key}`),
    ),
    { ...text('allergies', 'p.allergies'), for: clinical },
    { ...text('remarks', 'p.remarks'), for: clinical },
    day('registered_at', 'p.registered_on'),
  ],
}

const VISITS: ExportKindRule = {
  id: 'v.id',
  from(db, filter) {
    const query = db('visits as v')
      .join('patients as p', 'p.id', 'v.patient_id')
      .leftJoin('tickets as t', 't.visit_id', 'v.id')
      .leftJoin('imported_visits as h', 'h.id', 'v.imported_id')
      .leftJoin('doctors as d', 'd.id', 'v.doctor_id')
    within(query, 'v.visited_on', filter)
    if (filter.doctorId !== undefined) query.where('v.doctor_id', filter.doctorId)
    return query
  },
  columns: [
    text('visit_id', 'v.id'),
    day('visited_on', 'v.visited_on'),
    clinicNumber('v.patient_id'),
    text('patient', 'p.name'),
    text('doctor', 'd.name'),
    text('ticket', 'ifnull(t.number, h.queue_number)'),
    text('status', 'ifnull(t.status, h.status)'),
    text('priority', 't.priority'),
    text('reason', 't.reason'),
    instant('arrived_at', 'ifnull(t.created_at, h.visit_at)'),
    instant('called_at', 't.called_at'),
    instant('consultation_at', 't.consultation_at'),
    instant('ended_at', 't.ended_at'),
    integer('waited_seconds', 't.waited_s'),
    integer('consulted_seconds', 't.consulted_s'),
  ],
}

const DIAGNOSES: ExportKindRule = {
  id: 'g.id',
  from(db, filter) {
    const query = db('diagnoses as g')
      .join('visits as v', 'v.id', 'g.visit_id')
      .join('patients as p', 'p.id', 'v.patient_id')
      .leftJoin('consultations as c', 'c.visit_id', 'v.id')
      .leftJoin('doctors as d', 'd.id', 'c.doctor_id')
      .leftJoin('icd10_codes as i', 'i.code', 'g.code')
      // what a doctor is still writing is nobody else's
      .where((ended) => ended.whereNull('c.status').orWhereNot('c.status', 'draft'))
    within(query, 'v.visited_on', filter)
    if (filter.doctorId !== undefined) query.where('c.doctor_id', filter.doctorId)
    return query
  },
  columns: [
    text('visit_id', 'v.id'),
    day('visited_on', 'v.visited_on'),
    clinicNumber('v.patient_id'),
    text('patient', 'p.name'),
    text('doctor', 'd.name'),
    text('code', 'g.code'),
    text('title', 'i.title'),
    text('text', 'g.text'),
    integer('is_primary', 'g.is_primary'),
  ].map((column) => ({ ...column, for: ({ permissions }) => permissions.has('consultations.view') })),
}

const PRESCRIPTIONS: ExportKindRule = {
  id: 'l.id',
  from(db, filter) {
    const query = db('prescription_lines as l')
      .join('patients as p', 'p.id', 'l.patient_id')
      .join('medications as m', 'm.id', 'l.medication_id')
      .leftJoin('users as u', 'u.id', 'l.ordered_by')
    withinInstants(query, 'l.ordered_at', filter)
    return query
  },
  columns: [
    text('line_id', 'l.id'),
    text('visit_id', 'l.visit_id'),
    clinicNumber('l.patient_id'),
    text('patient', 'p.name'),
    text('sku', 'm.sku'),
    text('medication', 'l.description'),
    { key: 'dose', type: 'number', sql: 'l.dose' },
    text('dose_unit', 'l.dose_unit'),
    text('route', 'l.route'),
    text('frequency', 'l.frequency'),
    integer('as_needed', 'l.as_needed'),
    integer('duration_days', 'l.duration_days'),
    integer('quantity', 'l.quantity'),
    money('unit_price', 'l.unit_price_sen'),
    text('status', 'l.status'),
    text('ordered_by', 'u.name'),
    instant('ordered_at', 'l.ordered_at'),
    instant('handed_over_at', 'l.handed_over_at'),
    instant('returned_at', 'l.returned_at'),
  ],
}

const PAYMENTS: ExportKindRule = {
  id: 't.id',
  from(db, filter) {
    const query = db('payment_tenders as t')
      .join('payments as y', 'y.id', 't.payment_id')
      .join('patients as p', 'p.id', 'y.patient_id')
      .leftJoin('doctors as d', 'd.id', 'y.doctor_id')
      .leftJoin('panels as n', 'n.id', 't.panel_id')
      .leftJoin('users as u', 'u.id', 'y.user_id')
    within(query, 't.paid_on', filter)
    if (filter.doctorId !== undefined) query.where('y.doctor_id', filter.doctorId)
    return query
  },
  columns: [
    text('receipt', 'y.number'),
    text('kind', 'y.kind'),
    text('status', 'y.status'),
    day('paid_on', 't.paid_on'),
    instant('paid_at', 'y.created_at'),
    text('visit_id', 'y.visit_id'),
    clinicNumber('y.patient_id'),
    text('patient', 'p.name'),
    text('doctor', 'd.name'),
    text('method', 't.method'),
    text('panel', 'n.name'),
    text('reference', 't.reference'),
    money('amount', 't.amount_sen'),
    text('cashier', 'u.name'),
    text('reason', 'y.reason'),
  ],
}

const MEDICATIONS: ExportKindRule = {
  id: 'm.id',
  from(db, { active }) {
    const query = db('medications as m').leftJoin('stock_levels as s', 's.medication_id', 'm.id')
    if (active !== undefined) query.where('m.active', active)
    return query
  },
  columns: [
    ...['sku', 'generic_name', 'brand_name', 'form', 'strength', 'unit', 'category', 'atc_code'].map((key) =>
      text(key, `m.${key}`),
    ),
    text('poison_group', 'm.poison_group'),
    integer('psychotropic', 'm.psychotropic'),
    {
      key: 'cost_price',
      type: 'money',
      sql: 'm.cost_price',
      for: ({ permissions }) => permissions.has('medications.write'),
    },
    { key: 'selling_price', type: 'money', sql: 'm.selling_price' },
    integer('reorder_level', 'm.reorder_level'),
    integer('on_hand', 'ifnull(s.on_hand, 0)'),
    integer('active', 'm.active'),
  ],
}

const APPOINTMENTS: ExportKindRule = {
  id: 'a.id',
  from(db, filter) {
    const query = db('appointments as a')
      .join('patients as p', 'p.id', 'a.patient_id')
      .join('doctors as d', 'd.id', 'a.doctor_id')
    withinInstants(query, 'a.start_at', filter)
    if (filter.doctorId !== undefined) query.where('a.doctor_id', filter.doctorId)
    return query
  },
  columns: [
    text('appointment_id', 'a.id'),
    instant('start_at', 'a.start_at'),
    integer('minutes', 'a.minutes'),
    text('doctor', 'd.name'),
    clinicNumber('a.patient_id'),
    text('patient', 'p.name'),
    text('phone', 'p.phone'),
    text('reason', 'a.reason'),
    text('status', 'a.status'),
    text('status_reason', 'a.status_reason'),
  ],
}

const KINDS: Readonly<Record<ExportKind, ExportKindRule>> = {
  patients: PATIENTS,
  visits: VISITS,
  diagnoses: DIAGNOSES,
  prescriptions: PRESCRIPTIONS,
  payments: PAYMENTS,
  medications: MEDICATIONS,
  appointments: APPOINTMENTS,
}

/** An export made ready for somebody: the columns that person may have, and how its rows are read. */
export interface ExportPlan {
  columns: readonly Column[]
  count(db: Db): Promise<number>
  /** Rows behind an id in the order of ids. */
  page(db: Db, after: string, rows: number): Promise<Page>
}

/** Plans an export of a kind as a person may have it; null: the system itself, which may have everything. */
export function planExport(kind: ExportKind, filter: ExportFilter, who: Principal | null): ExportPlan {
  const rule = KINDS[kind]
  const own = rule.columns.filter((column) => who === null || column.for === undefined || column.for(who))
  return {
    columns: own.map(({ key, type }) => ({ key, title: key, type })),
    async count(db) {
      const row = await rule.from(db, filter).count({ n: '*' }).comment('exports.count').first()
      return Number(row?.n ?? 0)
    },
    page: (db, after, rows) =>
      pageInOneColumn(
        db,
        (columns) =>
          rule
            .from(db, filter)
            .comment('exports.page')
            .where(rule.id, '>', after)
            .orderBy(rule.id)
            .limit(rows)
            .select(...columns)
            // arrays in the order of the columns: no object is made of a row at all
            .options({ rowsAsArray: true }),
        rule.id,
        own.map(({ sql }) => sql),
      ),
  }
}
