import { ICD10_RULES } from '../../../shared/imports/records/icd10.ts'
import { recordProblem } from '../../../shared/imports/records/problems.ts'
import type { RecordKind } from '../records/kind.ts'

/** Diagnosis codes. Notes keep their codes whatever becomes of this list, so nothing refers to a row of it. */
export const icd10Kind: RecordKind = {
  rules: ICD10_RULES,
  table: 'icd10_codes',
  key: { field: 'code', column: 'code', perSource: false, taken: recordProblem('code', 'DUPLICATE_CODE') },
  others: [],
  columns: [
    { field: 'code', column: 'code', type: 'text' },
    { field: 'title', column: 'title', type: 'text' },
  ],
  hasSource: false,
  times: [],
  domains: ['icd10'],
  quick: {},
  used: async () => new Set(),
}
