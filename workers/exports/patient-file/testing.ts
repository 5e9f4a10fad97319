import type { Knex } from '../../../shared/db/connect.ts'

const AT = '2026-11-20 02:00:00'
const DAY = '2026-11-20'

/** Ids of what {@link aPatient} put in. */
export interface Seeded {
  patientId: string
  visitId: string
}

/** What a person's records say: every text has `word` in it, so that it is found again, or found missing. */
export interface Words {
  id: number
  word: string
  doctorId: number
  userId: string
}

/** Puts in one person with one row of everything: visit, notes, medicines, papers, bill, payment, appointment. */
export async function aPatient(db: Knex, { id, word, doctorId, userId }: Words): Promise<Seeded> {
  const stamps = { created_at: AT, updated_at: AT }
  await db('patients').insert({
    ...stamps,
    id,
    name: `Name ${word}`,
    id_type: 'PASSPORT',
    id_number: `A${id}`,
    date_of_birth: '1990-05-17',
    gender: 'F',
    phone: '+60123456789',
    allergies: `Allergy ${word}`,
    chronic_conditions: `Chronic ${word}`,
    remarks: `Remark ${word}`,
    registered_on: DAY,
  })
  const [visitId] = await db('visits').insert({
    patient_id: id,
    visited_on: DAY,
    doctor_id: doctorId,
    created_at: AT,
  })
  await db('tickets').insert({
    ...{ day: DAY, series: 'A', no: id, number: `A${id}`, visit_id: visitId, patient_id: id },
    ...{ status: 'completed', doctor_id: doctorId, priority: 'normal', reason: `Reason ${word}` },
    ...{ line_rank: 1, place: id, slip_hash: String(id).padStart(43, 'x'), status_at: AT, created_at: AT },
  })
  const [consultationId] = await db('consultations').insert({
    ...{ visit_id: visitId, patient_id: id, doctor_id: doctorId, day: DAY, status: 'signed', ...stamps },
    ...{ vitals: '{"pulse":72,"temperature":37.5}', subjective: `Complaint ${word}`, objective: '' },
    ...{ assessment: `Assessment ${word}`, plan: `Plan ${word}`, procedures: '[]', signed_at: AT },
  })
  await db('diagnoses').insert({
    ...{ visit_id: visitId, position: 0, code: null, text: `Diagnosis ${word}`, is_primary: 1 },
  })
  const [medicationId] = await db('medications').insert({
    ...{ sku: `M${id}`, generic_name: `Medicine ${word}`, unit: 'tablet', selling_price: '1.00' },
  })
  await db('prescriptions').insert({ visit_id: visitId, patient_id: id, updated_at: AT })
  await db('prescription_lines').insert({
    ...{ visit_id: visitId, patient_id: id, position: 0, medication_id: medicationId },
    ...{ description: `Medicine ${word}`, dose: 1.5, dose_unit: 'tablet', route: 'oral', frequency: 'TDS' },
    ...{ duration_days: 5, quantity: 15, instructions_ms: 'Makan', instructions_en: `Take ${word}` },
    ...{ unit_price_sen: 100, status: 'handed_over', warnings: '[]', ordered_by: userId, ordered_at: AT },
  })
  const paper = { consultation_id: consultationId, visit_id: visitId, patient_id: id, doctor_id: doctorId }
  const names = { patient_name: `Name ${word}`, doctor_name: 'Dr Doctor', doctor_mmc: '12345' }
  const issued = { issued_on: DAY, issued_at: AT }
  await db('medical_certificates').insert({
    ...{
      ...paper,
      ...names,
      ...issued,
      no: id,
      number: `MC-${id}`,
      from_on: DAY,
      to_on: DAY,
      status: 'issued',
    },
  })
  await db('letters').insert({
    ...{
      ...paper,
      ...names,
      ...issued,
      kind: 'referral',
      language: 'en',
      recipient: 'Hospital',
      body: `Letter ${word}`,
    },
  })
  const [billId] = await db('bills').insert({
    ...{ visit_id: visitId, live: 1, patient_id: id, doctor_id: doctorId, status: 'paid' },
    ...{ subtotal_sen: 4500, total_sen: 4500, paid_sen: 4500, created_at: AT },
  })
  await db('bill_items').insert({
    ...{ bill_id: billId, visit_id: visitId, position: 0, source: 'cashier', kind: 'other' },
    ...{ description: `Item ${word}`, quantity: 1, unit_price_sen: 4500, amount_sen: 4500 },
  })
  const [paymentId] = await db('payments').insert({
    ...{ bill_id: billId, visit_id: visitId, patient_id: id, series: 'receipt', no: id, number: `R-${id}` },
    ...{ kind: 'payment', status: 'recorded', amount_sen: 4500, balance_sen: 0, user_id: userId },
    ...{ paid_on: DAY, created_at: AT },
  })
  await db('payment_tenders').insert({
    ...{ payment_id: paymentId, method: 'cash', amount_sen: 4500, patient_id: id, paid_on: DAY },
  })
  await db('appointments').insert({
    ...{ ...stamps, doctor_id: doctorId, patient_id: id, start_at: `2026-12-0${(id % 9) + 1} 02:00:00` },
    ...{ minutes: 15, reason: `Appointment ${word}`, status: 'booked', status_at: AT },
  })
  return { patientId: String(id), visitId: String(visitId) }
}
