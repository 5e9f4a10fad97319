import { AppError, type FieldFault } from '../errors/app-error.ts'
import { type Background, readBackground } from './background.ts'
import { judgePatient, PATIENT_COLUMNS, type PatientColumn, type PatientValues } from './rules.ts'

/** Name of each column's field on the wire. */
export const FIELD_OF = {
  external_id: 'externalId',
  name: 'name',
  id_type: 'idType',
  id_number: 'idNumber',
  date_of_birth: 'dateOfBirth',
  gender: 'gender',
  phone: 'phone',
  email: 'email',
  address: 'address',
  postcode: 'postcode',
  state: 'state',
  company: 'company',
  allergies: 'allergies',
  registered_at: 'registeredOn',
  remarks: 'remarks',
} as const satisfies Record<PatientColumn, keyof PatientValues>

/** Fields that say something of each other: a change of one puts all of them to the test. */
const IDENTITY: readonly PatientColumn[] = ['id_type', 'id_number', 'date_of_birth', 'gender']

type Given = Partial<Record<keyof PatientValues | keyof Background, string | null | undefined>>

/** Puts the fields that were typed to the same rules as an import; throws `rule/broken` naming the fields. */
export function judgeInput(
  given: Given,
  changed: ReadonlySet<string>,
  todayOn: string,
): PatientValues & Background {
  const texts = PATIENT_COLUMNS.map((column) => (given[FIELD_OF[column]] ?? '').trim())
  const asked = (column: PatientColumn) =>
    changed.has(FIELD_OF[column]) ||
    (IDENTITY.includes(column) && IDENTITY.some((each) => changed.has(FIELD_OF[each])))
  const isGiven = (column: PatientColumn) => texts[PATIENT_COLUMNS.indexOf(column)] !== ''
  const faults: FieldFault[] = []
  const background = readBackground(given, todayOn, faults)
  const strict = judgePatient(texts, { strictness: 'strict', todayOn })
  if ('problems' in strict) {
    for (const { column, message, code } of strict.problems) {
      const at = column as PatientColumn
      const isMissingPair = at === 'id_type' && isGiven('id_number')
      // at the desk only the name is needed; what is typed must be right
      if ((at === 'name' || isGiven(at) || isMissingPair) && asked(at))
        faults.push({ path: FIELD_OF[at], message, code })
    }
  }
  const lenient = judgePatient(texts, { strictness: 'lenient', todayOn })
  if (faults.length === 0 && 'problems' in lenient)
    for (const { column, message, code } of lenient.problems)
      faults.push({ path: FIELD_OF[column as PatientColumn] ?? column, message, code })
  if (faults.length > 0 || 'problems' in lenient) throw new AppError('rule/broken', { errors: faults })
  return { ...lenient.patient, ...background }
}
