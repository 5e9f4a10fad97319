import {
  clinical,
  clinicNumber,
  day,
  type ExportKindRule,
  fromSource,
  instant,
  integer,
  onePart,
  onlyFor,
  reader,
  text,
  texts,
  within,
  withinInstants,
} from './column.ts'

export const PATIENTS: ExportKindRule = onePart(
  'p.id',
  (db, filter) => {
    const query = db('patients as p').whereNull('p.deleted_at')
    within(query, 'p.registered_on', filter)
    fromSource(query, 'p.source', filter)
    if (filter.state !== undefined) query.where('p.state', filter.state)
    if (filter.company !== undefined) query.where('p.company', filter.company)
    return query
  },
  [
    clinicNumber('p.id'),
    ...texts('p', 'external_id', 'name', 'id_type', 'id_number'),
    day('date_of_birth', 'p.date_of_birth'),
    ...texts('p', 'gender', 'phone', 'email', 'address', 'postcode', 'state', 'company'),
    ...onlyFor(clinical, text('allergies', 'p.allergies'), text('remarks', 'p.remarks')),
    day('registered_at', 'p.registered_on'),
    ...onlyFor(clinical, ...texts('p', 'chronic_conditions', 'medical_history')),
    text('next_of_kin', 'p.next_of_kin'),
    day('consent_on', 'p.consent_on'),
  ],
)

export const CONDITIONS: ExportKindRule = onePart(
  'c.id',
  (db, filter) => {
    const query = db('imported_conditions as c')
      .leftJoin('patients as p', 'p.id', 'c.patient_id')
      .leftJoin('icd10_codes as i', 'i.code', 'c.code')
    within(query, 'c.recorded_on', filter)
    fromSource(query, 'c.source', filter)
    return query
  },
  onlyFor(
    reader,
    text('external_id', 'c.external_id'),
    text('patient_external_id', 'p.external_id'),
    day('recorded_on', 'c.recorded_on'),
    ...texts('c', 'code', 'text', 'status'),
    text('title', 'i.title'),
    clinicNumber('c.patient_id'),
    text('patient', 'p.name'),
  ),
)

export const APPOINTMENTS: ExportKindRule = onePart(
  'a.id',
  (db, filter) => {
    const query = db('appointments as a')
      .leftJoin('patients as p', 'p.id', 'a.patient_id')
      .leftJoin('doctors as d', 'd.id', 'a.doctor_id')
    withinInstants(query, 'a.start_at', filter)
    fromSource(query, 'a.source', filter)
    if (filter.doctorId !== undefined) query.where('a.doctor_id', filter.doctorId)
    return query
  },
  [
    text('appointment_id', 'a.id'),
    text('external_id', 'a.external_id'),
    text('patient_external_id', 'p.external_id'),
    text('doctor_code', 'd.code'),
    instant('start_at', 'a.start_at'),
    integer('minutes', 'a.minutes'),
    text('doctor', 'd.name'),
    clinicNumber('a.patient_id'),
    text('patient', 'p.name'),
    text('phone', 'p.phone'),
    ...texts('a', 'reason', 'status', 'status_reason'),
  ],
)
