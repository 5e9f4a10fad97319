import type { RecordRules } from './row.ts'
import { canonicalDiagnosisCode } from './values.ts'

const MAX_TITLE = 255

/** Diagnosis codes with their titles. */
export const ICD10_RULES: RecordRules = {
  fields: [
    {
      name: 'code',
      required: true,
      format: 'like A00 or A00.1, unique',
      example: 'J06.9',
      synonyms: ['icd10', 'icd 10', 'icd code', 'icd10 code', 'diagnosis code', 'kod'],
    },
    {
      name: 'title',
      required: true,
      format: 'up to 255 characters',
      example: 'Acute upper respiratory infection',
      synonyms: ['description', 'long description', 'name', 'diagnosis', 'tajuk', 'keterangan'],
    },
  ],
  leastNeeded: ['code', 'title'],
  keys: ['code'],
  read: (row) => {
    if (row.given('code') === '') row.fault('code', 'MISSING_CODE')
    return {
      code: row.value('code', canonicalDiagnosisCode, 'BAD_DIAGNOSIS_CODE'),
      title: row.text('title', MAX_TITLE, 'MISSING_TITLE'),
    }
  },
}
