import {
  clinicNumber,
  day,
  type ExportKindRule,
  fromSource,
  instant,
  integer,
  money,
  number,
  onePart,
  onlyFor,
  ownOnly,
  reader,
  text,
  texts,
  within,
  withinInstants,
} from './column.ts'

// what a doctor is still writing is nobody else's
const SIGNED = "(c.status is null or c.status <> 'draft')"

export const VISITS: ExportKindRule = onePart(
  'v.id',
  (db, filter) => {
    const query = db('visits as v')
      .leftJoin('patients as p', 'p.id', 'v.patient_id')
      .leftJoin('tickets as t', 't.visit_id', 'v.id')
      .leftJoin('imported_visits as h', 'h.id', 'v.imported_id')
      .leftJoin('doctors as d', 'd.id', 'v.doctor_id')
      .leftJoin('consultations as c', 'c.visit_id', 'v.id')
      .leftJoin('diagnoses as g', (join) =>
        join.on('g.visit_id', 'v.id').andOn(db.raw('g.is_primary = 1')).andOn(db.raw(SIGNED)),
      )
      .leftJoin('bills as b', (join) => join.on('b.visit_id', 'v.id').andOn(db.raw('b.live = 1')))
    within(query, 'v.visited_on', filter)
    fromSource(query, 'h.source', filter)
    if (filter.doctorId !== undefined) query.where('v.doctor_id', filter.doctorId)
    return query
  },
  [
    text('visit_id', 'v.id'),
    text('external_id', 'h.external_id'),
    text('patient_external_id', 'ifnull(h.patient_external_id, p.external_id)'),
    instant('visit_at', 'coalesce(h.visit_at, t.created_at, v.created_at)'),
    text('doctor_code', 'ifnull(h.doctor_code, d.code)'),
    text('queue_number', 'ifnull(h.queue_number, t.number)'),
    text('status', 'ifnull(h.status, t.status)'),
    ...onlyFor(
      reader,
      text('symptoms', 'ifnull(h.symptoms, t.reason)'),
      text('diagnosis_code', 'if(h.id is null, g.code, h.diagnosis_code)'),
      text('diagnosis_text', 'if(h.id is null, g.text, h.diagnosis_text)'),
    ),
    money('consultation_fee', `ifnull(h.consultation_sen, if(${SIGNED}, c.fee_sen, null))`),
    money('medicine_fee', 'h.medicine_sen'),
    money('total_amount', 'ifnull(h.total_sen, b.total_sen)'),
    integer('mc_days', 'h.mc_days'),
    day('mc_start', 'h.mc_start'),
    ...onlyFor(reader, text('notes', 'h.notes')),
    day('visited_on', 'v.visited_on'),
    clinicNumber('v.patient_id'),
    text('patient', 'p.name'),
    text('doctor', 'd.name'),
    text('priority', 't.priority'),
    instant('called_at', 't.called_at'),
    instant('consultation_at', 't.consultation_at'),
    instant('ended_at', 't.ended_at'),
    integer('waited_seconds', 't.waited_s'),
    integer('consulted_seconds', 't.consulted_s'),
  ],
)

export const DIAGNOSES: ExportKindRule = onePart(
  'g.id',
  (db, filter) => {
    const query = db('diagnoses as g')
      .leftJoin('visits as v', 'v.id', 'g.visit_id')
      .leftJoin('patients as p', 'p.id', 'v.patient_id')
      .leftJoin('consultations as c', 'c.visit_id', 'v.id')
      .leftJoin('doctors as d', 'd.id', 'c.doctor_id')
      .leftJoin('icd10_codes as i', 'i.code', 'g.code')
      .whereRaw(SIGNED)
    within(query, 'v.visited_on', filter)
    if (filter.doctorId !== undefined) query.where('c.doctor_id', filter.doctorId)
    return query
  },
  onlyFor(
    reader,
    text('visit_id', 'v.id'),
    day('visited_on', 'v.visited_on'),
    clinicNumber('v.patient_id'),
    text('patient', 'p.name'),
    text('doctor', 'd.name'),
    text('code', 'g.code'),
    text('title', 'i.title'),
    text('text', 'g.text'),
    integer('is_primary', 'g.is_primary'),
  ),
)

export const CERTIFICATES: ExportKindRule = onePart(
  'k.id',
  (db, filter) => {
    const query = db('medical_certificates as k')
    within(query, 'k.issued_on', filter)
    if (filter.doctorId !== undefined) query.where('k.doctor_id', filter.doctorId)
    return query
  },
  [
    text('number', 'k.number'),
    day('issued_on', 'k.issued_on'),
    day('from', 'k.from_on'),
    day('to', 'k.to_on'),
    integer('days', 'datediff(k.to_on, k.from_on) + 1'),
    text('status', 'k.status'),
    text('visit_id', 'k.visit_id'),
    clinicNumber('k.patient_id'),
    text('patient', 'k.patient_name'),
    text('id_number', 'k.patient_id_number'),
    text('doctor', 'k.doctor_name'),
    text('mmc_number', 'k.doctor_mmc'),
    instant('voided_at', 'k.voided_at'),
    text('void_reason', 'k.void_reason'),
  ],
)

export const PRESCRIPTIONS: ExportKindRule = {
  parts: [
    {
      prefix: '',
      id: 'l.id',
      from(db, filter) {
        const query = db('prescription_lines as l')
          .leftJoin('patients as p', 'p.id', 'l.patient_id')
          .leftJoin('medications as m', 'm.id', 'l.medication_id')
          .leftJoin('users as u', 'u.id', 'l.ordered_by')
        withinInstants(query, 'l.ordered_at', filter)
        ownOnly(query, filter)
        return query
      },
    },
    {
      prefix: 'imported-',
      id: 'l.id',
      from(db, filter) {
        const query = db('imported_lines as l')
          .leftJoin('imported_visits as h', 'h.id', 'l.imported_visit_id')
          .leftJoin('visits as v', 'v.imported_id', 'h.id')
          .leftJoin('patients as p', 'p.id', 'v.patient_id')
          .leftJoin('medications as m', 'm.id', 'l.medication_id')
        within(query, 'h.visited_on', filter)
        fromSource(query, 'l.source', filter)
        return query
      },
    },
  ],
  columns: [
    text('line_id', 'l.id', "concat('imported-', l.id)"),
    text('external_id', undefined, 'l.external_id'),
    text('visit_external_id', undefined, 'l.visit_external_id'),
    text('medication_sku', 'm.sku', 'l.medication_sku'),
    integer('quantity', 'l.quantity', 'l.quantity'),
    money('unit_price', 'l.unit_price_sen', 'l.unit_price_sen'),
    money('line_total', 'l.quantity * l.unit_price_sen', 'l.line_total_sen'),
    text('dosage', "concat(l.dose + 0e0, ' ', l.dose_unit)", 'l.dosage'),
    text('frequency', 'l.frequency', 'l.frequency'),
    integer('duration_days', 'l.duration_days', 'l.duration_days'),
    text('visit_id', 'l.visit_id', 'v.id'),
    clinicNumber('l.patient_id', 'v.patient_id'),
    text('patient', 'p.name', 'p.name'),
    text('medication', 'l.description', "concat_ws(' ', m.generic_name, m.strength)"),
    number('dose', 'l.dose'),
    ...texts('l', 'dose_unit', 'route'),
    integer('as_needed', 'l.as_needed'),
    text('status', 'l.status', "'handed_over'"),
    text('ordered_by', 'u.name'),
    instant('ordered_at', 'l.ordered_at', 'h.visit_at'),
    instant('handed_over_at', 'l.handed_over_at'),
    instant('returned_at', 'l.returned_at'),
  ],
}
