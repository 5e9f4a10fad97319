import { FIRST_DAY_ON, parseDay } from '../../units/dates.ts'
import type { RecordRules } from './row.ts'
import { canonicalDiagnosisCode, malaysianDay, readMoment } from './values.ts'

const MAX_EXTERNAL_ID = 80
const MAX_TEXT = 255
const MAX_STATUS = 40

const field = (name: string, required: boolean, format: string, example: string, ...synonyms: string[]) => ({
  ...{ name, required, format, example, synonyms },
})

/** A day as it is, or the Malaysian day of a moment; from 1900 on. */
function canonicalDay(text: string): string | null {
  const atMs = parseDay(text) === null ? readMoment(text) : null
  const day = atMs === null ? parseDay(text) : malaysianDay(atMs)
  return day === null || day < FIRST_DAY_ON ? null : day
}

const DAY = ['date', 'onset', 'start', 'tarikh']

/** Conditions of patients that were found on no visit in particular. */
export const CONDITION_RULES: RecordRules = {
  fields: [
    {
      ...field('external_id', true, 'text, unique in its source', 'C000000001', 'condition id', 'id'),
      // other systems have no number for them: a condition is found once on a visit
      parts: { with: ' ', columns: [['encounter', 'visit id'], ['code']], areShared: true },
    },
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
    field('recorded_on', true, 'YYYY-MM-DD or DD/MM/YYYY', '2024-03-08', ...DAY),
    field(
      'code',
      false,
      'like A00 or A00.1; code or text is needed',
      'I10',
      'icd10',
      'icd code',
      'diagnosis code',
    ),
    field('text', false, 'up to 255 characters', 'Hypertension', 'condition', 'diagnosis', 'description'),
    field('status', false, 'up to 40 characters', 'active', 'clinical status'),
  ],
  leastNeeded: ['external_id', 'patient_external_id', 'recorded_on'],
  keys: ['external_id'],
  read: (row) => {
    if (row.given('code') === '' && row.given('text') === '') row.fault('text', 'MISSING_DIAGNOSIS')
    const recordedOn = row.value('recorded_on', canonicalDay, 'BAD_DATE')
    if (recordedOn !== null && recordedOn > row.options.todayOn) row.fault('recorded_on', 'BAD_DATE')
    return {
      external_id: row.externalId(),
      patient_external_id: row.text('patient_external_id', MAX_EXTERNAL_ID, 'UNKNOWN_PATIENT'),
      recorded_on: recordedOn,
      code: row.value('code', canonicalDiagnosisCode, 'BAD_DIAGNOSIS_CODE'),
      text: row.text('text', MAX_TEXT),
      status: row.text('status', MAX_STATUS)?.toLowerCase() ?? null,
    }
  },
}
