import { canonicalNric, nricBirthDays, nricFault, nricGender } from '../../../../shared/units/nric.ts'
import type { Patient, PatientChanges, PatientInput } from './types.ts'

/** The fields a person may type, in the order of the form. */
export const FORM_FIELDS = [
  'name',
  'idType',
  'idNumber',
  'dateOfBirth',
  'gender',
  'phone',
  'email',
  'address',
  'postcode',
  'state',
  'company',
  'allergies',
  'chronicConditions',
  'medicalHistory',
  'remarks',
  'nextOfKin',
  'consentOn',
] as const satisfies readonly (keyof PatientInput)[]

/** Every field of the form as text; an empty text is "not given". */
export type PatientForm = Record<(typeof FORM_FIELDS)[number], string>

export const EMPTY_FORM: PatientForm = {
  name: '',
  idType: 'NRIC',
  idNumber: '',
  dateOfBirth: '',
  gender: '',
  phone: '',
  email: '',
  address: '',
  postcode: '',
  state: '',
  company: '',
  allergies: '',
  chronicConditions: '',
  medicalHistory: '',
  remarks: '',
  nextOfKin: '',
  consentOn: '',
}

export function formOf(patient: Patient): PatientForm {
  return Object.fromEntries(FORM_FIELDS.map((field) => [field, patient[field] ?? ''])) as PatientForm
}

/** What was given, as the API takes it; for a new person. */
export function inputOf(form: PatientForm): PatientInput {
  const given = FORM_FIELDS.filter((field) => form[field].trim() !== '')
  // An ID type alone says nothing; it stands in the form before anything is typed.
  const fields = given.filter((field) => field !== 'idType' || form.idNumber.trim() !== '')
  return { name: '', ...Object.fromEntries(fields.map((field) => [field, form[field].trim()])) }
}

/** Only what differs from the record; emptied fields are sent as null. */
export function changesOf(form: PatientForm, patient: Patient): PatientChanges {
  const before = formOf(patient)
  return Object.fromEntries(
    FORM_FIELDS.filter((field) => form[field].trim() !== before[field]).map((field) => [
      field,
      form[field].trim() === '' ? null : form[field].trim(),
    ]),
  )
}

/** What an NRIC says of its holder; `others` are further birth days it may mean, a century apart. */
export interface NricReading {
  dateOfBirth: string
  gender: 'M' | 'F'
  others: string[]
}

/** Reads an NRIC as far as it is complete and names a real day up to `todayOn`; null otherwise. */
export function readNric(text: string, todayOn: string): NricReading | null {
  const nric = canonicalNric(text)
  if (nric === null || nricFault(nric) !== null) return null
  const [dateOfBirth, ...others] = nricBirthDays(nric, todayOn)
  return dateOfBirth === undefined ? null : { dateOfBirth, gender: nricGender(nric), others }
}
