import { parseDay } from '../../units/dates.ts'
import { canonicalDoctorCode } from './doctors.ts'
import type { RecordRules, RowReader, Values } from './row.ts'
import {
  amountText,
  canonicalDiagnosisCode,
  malaysianDay,
  momentText,
  readMoment,
  senOfText,
} from './values.ts'

/** How a visit of another system ended. */
export const VISIT_STATUSES = ['completed', 'cancelled', 'no_show'] as const

const MAX_EXTERNAL_ID = 80
const MAX_QUEUE_NUMBER = 20
const MAX_TEXT = 2000
const MAX_NOTES = 4000
const MAX_DIAGNOSIS = 255
const MAX_MC_DAYS = 60
const WHOLE = /^[0-9]{1,3}$/
const DAY_MS = 86_400_000
const MALAYSIA_MS = 28_800_000
const AMOUNTS = ['consultation_fee', 'medicine_fee', 'total_amount'] as const
const MOMENT = 'YYYY-MM-DDTHH:MM with zone, or YYYY-MM-DD HH:MM, or DD/MM/YYYY HH:MM'

const field = (name: string, required: boolean, format: string, example: string, ...synonyms: string[]) => ({
  name,
  required,
  format,
  example,
  synonyms,
})

const SYMPTOMS = ['complaint', 'reason', 'simptom', 'visit type', 'description']

/** One of some words, in any case. */
export const oneOf = (words: readonly string[]) => (text: string) =>
  words.includes(text.toLowerCase()) ? text.toLowerCase() : null

/** Whether an instant lies behind the moment by which the file is judged. */
export function isInFuture(atMs: number, { options }: Pick<RowReader, 'options'>): boolean {
  return atMs > (options.nowMs ?? Date.parse(`${options.todayOn}T00:00:00Z`) + DAY_MS - MALAYSIA_MS - 1)
}

function readAt(row: RowReader): { visit_at: string | null; visited_on: string | null } {
  const visitAt = row.value(
    'visit_at',
    (text) => {
      const atMs = readMoment(text)
      return atMs === null ? null : momentText(atMs)
    },
    'BAD_VISIT_AT',
  )
  if (visitAt === null) return { visit_at: null, visited_on: null }
  const atMs = Date.parse(visitAt)
  if (isInFuture(atMs, row)) row.fault('visit_at', 'VISIT_IN_FUTURE')
  return { visit_at: visitAt, visited_on: malaysianDay(atMs) }
}

/** Fees of a row; a format without a place for them (FHIR) gives none, and then no rule about them applies. */
function readFees(row: RowReader, status: string | null): Values {
  if (row.options.isPartial === true && AMOUNTS.every((name) => row.given(name) === ''))
    return { consultation_fee: null, medicine_fee: null, total_amount: null }
  const [consultation, medicine, total] = AMOUNTS.map((name) => row.amount(name)) as [
    string | null,
    string | null,
    string | null,
  ]
  const isLenient = row.options.strictness === 'lenient'
  const sum = senOfText(consultation) + senOfText(medicine)
  if (consultation !== null && medicine !== null && total !== null && senOfText(total) !== sum)
    row.fault('total_amount', 'TOTAL_MISMATCH')
  if (status !== null && status !== 'completed' && (sum > 0 || senOfText(total) > 0))
    row.fault('total_amount', 'FEE_ON_CANCELLED')
  return {
    consultation_fee: consultation,
    medicine_fee: medicine,
    total_amount: total === null && isLenient && sum > 0 ? amountText(sum) : total,
  }
}

function readCertificate(row: RowReader, visitedOn: string | null): Values {
  const days = row.value(
    'mc_days',
    (text) => (WHOLE.test(text) && Number(text) <= MAX_MC_DAYS ? String(Number(text)) : null),
    'BAD_MC_DAYS',
  )
  const start = parseDay(row.given('mc_start'))
  if (days === null || days === '0') return { mc_days: days, mc_start: start }
  if (start === null || (visitedOn !== null && start < visitedOn)) row.fault('mc_start', 'BAD_MC_START')
  return { mc_days: days, mc_start: start }
}

/** Visits of another system, each with its diagnosis, fees and certificate days. */
export const VISIT_RULES: RecordRules = {
  fields: [
    field(
      'external_id',
      true,
      'text, unique in its source',
      'V000000001',
      'visit id',
      'visit no',
      'id',
      'encounter id',
    ),
    field(
      'patient_external_id',
      true,
      'as in the import of patients',
      'P00000001',
      'patient id',
      'patient no',
      'patient',
      'mrn',
    ),
    field(
      'visit_at',
      true,
      MOMENT,
      '2024-03-08T08:59:00+08:00',
      'visit date',
      'date',
      'visited at',
      'started at',
      'start',
      'tarikh lawatan',
    ),
    field(
      'doctor_code',
      true,
      'as in the import of doctors',
      'DR01',
      'doctor',
      'provider code',
      'kod doktor',
    ),
    field('queue_number', false, 'text, up to 20 characters', '007', 'queue no', 'ticket', 'no giliran'),
    field('status', true, 'completed, cancelled or no_show', 'completed', 'visit status'),
    field('symptoms', false, 'up to 2,000 characters', 'Demam 3 hari', ...SYMPTOMS),
    field(
      'diagnosis_code',
      false,
      'like A00 or A00.1, needed when completed',
      'J06.9',
      'icd10',
      'icd code',
      'kod diagnosis',
    ),
    field('diagnosis_text', false, 'up to 255 characters', 'URTI', 'diagnosis', 'reason description'),
    field('consultation_fee', true, 'RM', '35.00', 'fee', 'consultation', 'yuran konsultasi'),
    field('medicine_fee', true, 'RM', '29.60', 'medication fee', 'medicine', 'yuran ubat'),
    field('total_amount', true, 'RM, consultation and medicine', '64.60', 'total', 'jumlah'),
    field('mc_days', false, 'whole days, 0 to 60', '2', 'mc', 'sick leave days', 'hari mc'),
    field('mc_start', false, 'YYYY-MM-DD or DD/MM/YYYY', '2024-03-08', 'mc from', 'mc dari'),
    field('notes', false, 'up to 4,000 characters', 'Review in a week', 'remarks', 'nota', 'catatan'),
  ],
  leastNeeded: ['external_id', 'patient_external_id', 'visit_at'],
  keys: ['external_id'],
  read: (row) => {
    const at = readAt(row)
    const status = row.value('status', oneOf(VISIT_STATUSES), 'BAD_STATUS')
    const isCompleted = status === 'completed' && row.options.strictness === 'strict'
    if (isCompleted && row.given('diagnosis_code') === '') row.fault('diagnosis_code', 'MISSING_DIAGNOSIS')
    return {
      external_id: row.externalId(),
      patient_external_id: row.text('patient_external_id', MAX_EXTERNAL_ID, 'UNKNOWN_PATIENT'),
      ...at,
      doctor_code: row.value('doctor_code', canonicalDoctorCode, 'UNKNOWN_DOCTOR'),
      queue_number: row.text('queue_number', MAX_QUEUE_NUMBER),
      status,
      symptoms: row.text('symptoms', MAX_TEXT),
      diagnosis_code: row.value('diagnosis_code', canonicalDiagnosisCode, 'BAD_DIAGNOSIS_CODE'),
      diagnosis_text: row.text('diagnosis_text', MAX_DIAGNOSIS),
      ...readFees(row, status),
      ...readCertificate(row, at.visited_on),
      notes: row.text('notes', MAX_NOTES),
    }
  },
}
