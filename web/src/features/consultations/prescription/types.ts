export type { Medication } from '../../../../../shared/medications/schema.ts'
export type {
  DosingInput,
  DosingResult,
  LastPrescription,
  LineInput,
  Prescription,
  PrescriptionLine,
} from '../../../../../shared/prescriptions/schema.ts'
export type { Stock } from '../../../../../shared/stock/schema.ts'

import type { DosingInput, PrescriptionLine } from '../../../../../shared/prescriptions/schema.ts'

export type Frequency = DosingInput['frequency']
export type Warning = PrescriptionLine['warnings'][number]

/** How often, in the order in which it is offered. */
export const FREQUENCIES = [
  'OD',
  'OM',
  'ON',
  'BD',
  'TDS',
  'QID',
  '5X',
  'Q2H',
  'Q4H',
  'Q6H',
  'Q8H',
  'Q12H',
  'EOD',
  'WEEKLY',
  'PRN',
  'STAT',
] as const satisfies readonly Frequency[]

export const TIMINGS = [
  'before_food',
  'with_food',
  'after_food',
  'empty',
] as const satisfies readonly NonNullable<DosingInput['timing']>[]
