import { APPOINTMENT_STATUSES, isOnSlot, SLOT_MIN } from '../../appointments/rules.ts'
import { canonicalDoctorCode } from './doctors.ts'
import type { RecordRules } from './row.ts'
import { momentText, readMoment } from './values.ts'
import { oneOf } from './visits.ts'

const MAX_EXTERNAL_ID = 80
const MAX_REASON = 200
const MOST_MINUTES = 240
const WHOLE = /^[0-9]{1,3}$/

const field = (name: string, required: boolean, format: string, example: string, ...synonyms: string[]) => ({
  ...{ name, required, format, example, synonyms },
})

function canonicalMinutes(text: string): string | null {
  const minutes = WHOLE.test(text) ? Number(text) : 0
  return minutes >= SLOT_MIN && minutes <= MOST_MINUTES && minutes % SLOT_MIN === 0 ? String(minutes) : null
}

/** Appointments, past ones too: they take their doctor's time as those made by hand do. */
export const APPOINTMENT_RULES: RecordRules = {
  fields: [
    field(
      'external_id',
      true,
      'text, unique in its source',
      'B000000001',
      'appointment id',
      'booking no',
      'id',
    ),
    field(
      'patient_external_id',
      true,
      'as in the import of patients',
      'P00000001',
      'patient id',
      'patient no',
      'mrn',
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
    field(
      ...([
        'start_at',
        true,
        'YYYY-MM-DDTHH:MM with zone, or YYYY-MM-DD HH:MM, or DD/MM/YYYY HH:MM',
      ] as const),
      ...(['2026-12-08 09:30', 'start', 'appointment time', 'date', 'tarikh'] as const),
    ),
    field('minutes', true, 'a multiple of 5, up to 240', '15', 'duration', 'length', 'minit'),
    field('reason', false, 'up to 200 characters', 'Review', 'remarks', 'notes', 'sebab'),
    field('status', false, APPOINTMENT_STATUSES.join(', '), 'booked', 'state'),
  ],
  leastNeeded: ['external_id', 'patient_external_id', 'doctor_code', 'start_at'],
  keys: ['external_id'],
  read: (row) => ({
    external_id: row.externalId(),
    patient_external_id: row.text('patient_external_id', MAX_EXTERNAL_ID, 'UNKNOWN_PATIENT'),
    doctor_code: row.value('doctor_code', canonicalDoctorCode, 'UNKNOWN_DOCTOR'),
    start_at: row.value(
      'start_at',
      (text) => {
        const atMs = readMoment(text)
        return atMs === null || !isOnSlot(new Date(atMs)) ? null : momentText(atMs)
      },
      'BAD_START_AT',
    ),
    minutes: row.value('minutes', canonicalMinutes, 'BAD_MINUTES'),
    reason: row.text('reason', MAX_REASON),
    status: row.value('status', oneOf(APPOINTMENT_STATUSES), 'BAD_STATUS'),
  }),
}
