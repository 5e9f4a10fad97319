import type { z } from 'zod'
import type { duplicatesFound, patientList } from '../../../../shared/patients/schema.ts'

export type {
  DuplicateQuestion,
  Patient,
  PatientChanges,
  PatientInput,
} from '../../../../shared/patients/schema.ts'

export type Duplicate = z.infer<typeof duplicatesFound>['data'][number]
export type PatientPage = z.infer<typeof patientList>

/** In the order in which they are met at the desk. */
export const ID_TYPES = ['NRIC', 'PASSPORT', 'ARMY', 'POLICE', 'BIRTH_CERT', 'UNHCR'] as const
