import { rmOf } from '../../billing/rules.ts'
import type { Db } from '../../db/connect.ts'
import { reading } from '../../db/transaction.ts'
import { fromSqlUtc } from '../../units/clock.ts'
import { groupBy } from './group.ts'
import type { Certificate, Consultation, Letter, Prescribed, Visit } from './record.ts'
import type { FileRights } from './rights.ts'

interface VisitRow {
  id: string
  visited_on: string
  doctor: string | null
  number: string | null
  status: string | null
  arrived_at: string | null
  ended_at: string | null
  reason: string | null
  imported_id: string | null
  external_id: string
  symptoms: string | null
  notes: string | null
  diagnosis_code: string | null
  diagnosis_text: string | null
  mc_days: number
  mc_start: string | null
  total_sen: number
}

/** Every visit, the earliest first, those of records that were merged into this one and imported ones among them. */
export async function readVisits(
  db: Db,
  patientId: string,
  { included, health }: FileRights,
): Promise<Visit[]> {
  const rows = (await reading(
    db('visits as v')
      .comment('exports.file-visits')
      .leftJoin('doctors as d', 'd.id', 'v.doctor_id')
      .leftJoin('tickets as t', 't.visit_id', 'v.id')
      .leftJoin('imported_visits as h', 'h.id', 'v.imported_id')
      .where('v.patient_id', patientId)
      .orderBy(['v.visited_on', 'v.id'])
      .select('v.id', 'v.visited_on', 'v.imported_id', 't.ended_at', 't.reason', { doctor: 'd.name' })
      .select('h.external_id', 'h.symptoms', 'h.notes', 'h.diagnosis_code', 'h.diagnosis_text')
      .select('h.mc_days', 'h.mc_start', 'h.total_sen')
      .select(
        db.raw('ifnull(t.number, h.queue_number) as number'),
        db.raw('ifnull(t.status, h.status) as status'),
        db.raw('coalesce(h.visit_at, t.created_at) as arrived_at'),
      ),
  )) as VisitRow[]
  const notes = included.has('consultations')
  return rows.map((row) => ({
    visitId: row.id,
    day: row.visited_on,
    doctor: row.doctor,
    number: row.number,
    status: row.status,
    arrivedAt: fromSqlUtc(row.arrived_at),
    endedAt: fromSqlUtc(row.ended_at),
    ...(health ? { reason: row.reason ?? (notes ? row.symptoms : null) } : {}),
    imported:
      row.imported_id === null
        ? null
        : {
            externalId: row.external_id,
            mcDays: row.mc_days,
            mcStart: row.mc_start,
            ...(included.has('bills') ? { total: rmOf(row.total_sen) } : {}),
            ...(notes
              ? { notes: row.notes, diagnosis: { code: row.diagnosis_code, text: row.diagnosis_text } }
              : {}),
          },
  }))
}

interface ConsultationRow {
  visit_id: string
  doctor: string
  status: string
  signed_at: string | null
  amended_at: string | null
  vitals: string
  subjective: string
  objective: string
  assessment: string
  plan: string
  follow_up_on: string | null
  follow_up_note: string | null
  procedures: string
}

interface DiagnosisRow {
  visit_id: string
  code: string | null
  title: string | null
  text: string | null
  is_primary: number
}

/** What doctors wrote and signed; what somebody is still writing is not part of the file yet. */
export async function readConsultations(db: Db, patientId: string): Promise<Consultation[]> {
  const rows = (await reading(
    db('consultations as c')
      .comment('exports.file-consultations')
      .join('visits as v', 'v.id', 'c.visit_id')
      .join('doctors as d', 'd.id', 'c.doctor_id')
      .where('c.patient_id', patientId)
      .whereNot('c.status', 'draft')
      .orderBy(['v.visited_on', 'v.id'])
      .select('c.visit_id', 'c.status', 'c.signed_at', 'c.amended_at', 'c.vitals', 'c.subjective')
      .select('c.objective', 'c.assessment', 'c.plan', 'c.follow_up_on', 'c.follow_up_note', 'c.procedures')
      .select({ doctor: 'd.name' }),
  )) as ConsultationRow[]
  const diagnoses = (await reading(
    db('diagnoses as g')
      .comment('exports.file-diagnoses')
      .join('consultations as c', 'c.visit_id', 'g.visit_id')
      .leftJoin('icd10_codes as i', 'i.code', 'g.code')
      .where('c.patient_id', patientId)
      .whereNot('c.status', 'draft')
      .orderBy(['g.visit_id', 'g.position'])
      .select('g.visit_id', 'g.code', 'i.title', 'g.text', 'g.is_primary'),
  )) as DiagnosisRow[]
  const ofVisit = groupBy(diagnoses, ({ visit_id }) => visit_id)
  return rows.map((row) => ({
    visitId: row.visit_id,
    doctor: row.doctor,
    status: row.status,
    signedAt: fromSqlUtc(row.signed_at),
    amendedAt: fromSqlUtc(row.amended_at),
    vitals: JSON.parse(row.vitals),
    subjective: row.subjective,
    objective: row.objective,
    assessment: row.assessment,
    plan: row.plan,
    followUp: row.follow_up_on === null ? null : { on: row.follow_up_on, note: row.follow_up_note },
    procedures: (JSON.parse(row.procedures) as { description: string; quantity: number }[]).map(
      ({ description, quantity }) => ({ description, quantity }),
    ),
    diagnoses: (ofVisit.get(row.visit_id) ?? []).map(({ code, title, text, is_primary }) => ({
      ...{ code, title, text },
      primary: is_primary === 1,
    })),
  }))
}

interface LineRow {
  id: string
  visit_id: string
  medication: string
  dose: string | null
  frequency: string | null
  duration_days: number | null
  quantity: number
  instructions_ms: string | null
  instructions_en: string | null
  status: string
  ordered_by: string | null
  ordered_at: string | null
  handed_over_at: string | null
}

const viewLine = (row: LineRow): Prescribed => ({
  lineId: row.id,
  visitId: row.visit_id,
  medication: row.medication,
  dose: row.dose,
  frequency: row.frequency,
  durationDays: row.duration_days,
  quantity: row.quantity,
  instructions:
    row.instructions_ms === null ? null : { ms: row.instructions_ms, en: row.instructions_en ?? '' },
  status: row.status,
  orderedBy: row.ordered_by,
  orderedAt: fromSqlUtc(row.ordered_at),
  handedOverAt: fromSqlUtc(row.handed_over_at),
})

/** Medicines ordered here, then those that an import brought. */
export async function readPrescriptions(db: Db, patientId: string): Promise<Prescribed[]> {
  const own = (await reading(
    db('prescription_lines as l')
      .comment('exports.file-prescriptions')
      .leftJoin('users as u', 'u.id', 'l.ordered_by')
      .where('l.patient_id', patientId)
      .whereNot('l.status', 'cancelled')
      .orderBy(['l.visit_id', 'l.position', 'l.id'])
      .select('l.id', 'l.visit_id', 'l.frequency', 'l.duration_days', 'l.quantity', 'l.status')
      .select('l.instructions_ms', 'l.instructions_en', 'l.ordered_at', 'l.handed_over_at')
      .select({ medication: 'l.description', ordered_by: 'u.name' })
      .select(db.raw("concat(l.dose + 0e0, ' ', l.dose_unit) as dose")),
  )) as LineRow[]
  const imported = (await reading(
    db('imported_lines as l')
      .comment('exports.file-imported-lines')
      .join('visits as v', 'v.imported_id', 'l.imported_visit_id')
      .join('medications as m', 'm.id', 'l.medication_id')
      .join('imported_visits as h', 'h.id', 'l.imported_visit_id')
      .where('v.patient_id', patientId)
      .orderBy(['v.visited_on', 'l.id'])
      .select('l.frequency', 'l.duration_days', 'l.quantity', { visit_id: 'v.id', dose: 'l.dosage' })
      .select({ ordered_at: 'h.visit_at', handed_over_at: 'h.visit_at' })
      .select(
        db.raw("concat('imported-', l.id) as id"),
        db.raw("concat_ws(' ', m.generic_name, m.strength) as medication"),
        db.raw("'handed_over' as status"),
        db.raw('null as instructions_ms, null as instructions_en, null as ordered_by'),
      ),
  )) as LineRow[]
  return [...own, ...imported].map(viewLine)
}

export async function readCertificates(db: Db, patientId: string): Promise<Certificate[]> {
  return (await reading(
    db('medical_certificates')
      .comment('exports.file-certificates')
      .where({ patient_id: patientId })
      .orderBy('id')
      .select('id', 'number', 'status')
      .select({
        visitId: 'visit_id',
        doctor: 'doctor_name',
        from: 'from_on',
        to: 'to_on',
        issuedOn: 'issued_on',
      }),
  )) as Certificate[]
}

export async function readLetters(db: Db, patientId: string): Promise<Letter[]> {
  return (await reading(
    db('letters')
      .comment('exports.file-letters')
      .where({ patient_id: patientId })
      .orderBy('id')
      .select('id', 'kind', 'recipient', 'body')
      .select({ visitId: 'visit_id', doctor: 'doctor_name', issuedOn: 'issued_on' }),
  )) as Letter[]
}
