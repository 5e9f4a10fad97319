import { FIRST_DAY_ON, parseDay } from '../units/dates.ts'
import { canonicalEmail, MAX_EMAIL_LENGTH } from '../units/email.ts'
import { canonicalGender } from '../units/gender.ts'
import type { JudgeOptions, Problem } from '../units/judgement.ts'
import { canonicalName } from '../units/names.ts'
import { canonicalNric, nricAgreesWithDay, nricBirthDays, nricFault, nricGender } from '../units/nric.ts'
import { canonicalPhone } from '../units/phone.ts'
import { canonicalState } from '../units/states.ts'
import { hasControlCharacter, isLongerThan, isWellFormed } from '../units/text.ts'
import { canonicalIdType, type IdType, readIdNumber } from './identity.ts'
import { PATIENT_MESSAGES, type PatientProblemCode } from './problems.ts'

/** The fields of a patient row in the order in which `judgePatient` takes them. */
export const PATIENT_COLUMNS = [
  'external_id',
  'name',
  'id_type',
  'id_number',
  'date_of_birth',
  'gender',
  'phone',
  'email',
  'address',
  'postcode',
  'state',
  'company',
  'allergies',
  'registered_at',
  'remarks',
] as const

/** A name of {@link PATIENT_COLUMNS}. */
export type PatientColumn = (typeof PATIENT_COLUMNS)[number]

/** Longest value of a field in code points: the width of its database column. */
export const PATIENT_MAX_LENGTH = {
  external_id: 80,
  name: 255,
  email: MAX_EMAIL_LENGTH,
  address: 500,
  company: 200,
  allergies: 1000,
  remarks: 2000,
} as const satisfies Partial<Record<PatientColumn, number>>

/** Longest texts of a person's background, which no import brings: the widths of their columns. */
export const BACKGROUND_MAX_LENGTH = {
  chronicConditions: 1000,
  medicalHistory: 2000,
  nextOfKin: 300,
} as const

/** A patient as stored; null = not given. Days are 'YYYY-MM-DD'. */
export interface PatientValues {
  externalId: string | null
  name: string
  idType: IdType | null
  idNumber: string | null
  dateOfBirth: string | null
  gender: 'M' | 'F' | null
  phone: string | null
  email: string | null
  address: string | null
  postcode: string | null
  state: string | null
  company: string | null
  allergies: string | null
  registeredOn: string | null
  remarks: string | null
}

/** An accepted row with the fields that lenient reading left out, or why it is refused. */
export type PatientJudgement = { patient: PatientValues; leftOut: string[] } | { problems: Problem[] }

const POSTCODE = /^[0-9]{5}$/

type LongText = 'address' | 'company' | 'allergies' | 'remarks'
const TOO_LONG = {
  address: 'ADDRESS_TOO_LONG',
  company: 'COMPANY_TOO_LONG',
  allergies: 'ALLERGIES_TOO_LONG',
  remarks: 'REMARKS_TOO_LONG',
} as const satisfies Record<LongText, PatientProblemCode>

/** Collects what is wrong with one row. */
type Report = (column: PatientColumn, code: PatientProblemCode) => null

/**
 * Judges one row of patients by itself; keys already taken are the caller's to know. `fields` are trimmed texts in the
 * order of {@link PATIENT_COLUMNS}, '' = not given. Strict names everything that is wrong. Lenient needs the name
 * only: what cannot be read is left out and listed, and an NRIC fills in what it says without doubt.
 */
export function judgePatient(fields: readonly string[], options: JudgeOptions): PatientJudgement {
  const isLenient = options.strictness === 'lenient'
  const problems: Problem[] = []
  const leftOut: string[] = []
  const refuse: Report = (column, code) => {
    problems.push({ column, code, message: PATIENT_MESSAGES[code] })
    return null
  }
  const leave: Report = (column) => {
    if (!leftOut.includes(column)) leftOut.push(column)
    return null
  }
  const fault = isLenient ? leave : refuse
  /** For what strict needs: missing is no fault in lenient. */
  const missing: Report = isLenient ? () => null : refuse
  const texts = wellFormed(fields, fault)
  const [externalId = '', name = '', idType = '', idNumber = '', birth = '', gender = '', phone = ''] = texts
  const [
    email = '',
    address = '',
    postcode = '',
    state = '',
    company = '',
    allergies = '',
    registered = '',
    remarks = '',
  ] = texts.slice(7)

  const patient: PatientValues = {
    externalId: readExternalId(externalId, fault, missing),
    name: readName(name, refuse),
    ...readIdentity(idType, idNumber, fault, missing, isLenient),
    dateOfBirth: readBirth(birth, options.todayOn, fault, missing),
    gender:
      gender === ''
        ? missing('gender', 'BAD_GENDER')
        : (canonicalGender(gender) ?? fault('gender', 'BAD_GENDER')),
    phone:
      phone === ''
        ? missing('phone', 'MISSING_PHONE')
        : (canonicalPhone(phone) ?? fault('phone', 'BAD_PHONE')),
    email: email === '' ? null : (canonicalEmail(email) ?? fault('email', 'BAD_EMAIL')),
    address: readText('address', address, fault),
    postcode:
      postcode === '' || POSTCODE.test(postcode) ? postcode || null : fault('postcode', 'BAD_POSTCODE'),
    state: state === '' ? null : (canonicalState(state) ?? fault('state', 'BAD_STATE')),
    company: readText('company', company, fault),
    allergies: readText('allergies', allergies, fault),
    registeredOn: readRegistered(registered, options.todayOn, fault, missing),
    remarks: readText('remarks', remarks, fault),
  }
  if (patient.idType === 'NRIC' && patient.idNumber !== null) {
    compareWithNric(patient, patient.idNumber, fault, isLenient, options.todayOn)
  }
  return problems.length > 0 ? { problems } : { patient, leftOut }
}

/** {@link judgePatient} for callers that treat all kinds alike: accepted values under the names of the columns. */
export function judgePatientRow(
  fields: readonly string[],
  options: JudgeOptions,
): { problems: Problem[] } | { leftOut: string[]; values: Record<string, string | null> } {
  const judged = judgePatient(fields, options)
  if ('problems' in judged) return judged
  const values = Object.values(judged.patient) as (string | null)[]
  return {
    leftOut: judged.leftOut,
    values: Object.fromEntries(PATIENT_COLUMNS.map((column, i) => [column, values[i] ?? null])),
  }
}

function wellFormed(fields: readonly string[], fault: Report): readonly string[] {
  let texts = fields
  for (let i = 0; i < fields.length; i++) {
    if (isWellFormed(fields[i] as string)) continue
    fault(PATIENT_COLUMNS[i] as PatientColumn, 'BAD_TEXT')
    texts = texts.with(i, '')
  }
  return texts
}

function readExternalId(text: string, fault: Report, missing: Report): string | null {
  if (text === '') return missing('external_id', 'MISSING_EXTERNAL_ID')
  if (isLongerThan(text, PATIENT_MAX_LENGTH.external_id)) return fault('external_id', 'EXTERNAL_ID_TOO_LONG')
  return hasControlCharacter(text) ? fault('external_id', 'BAD_EXTERNAL_ID') : text
}

function readName(text: string, refuse: Report): string {
  const name = canonicalName(text)
  if (name === '') refuse('name', 'MISSING_NAME')
  else if (isLongerThan(name, PATIENT_MAX_LENGTH.name)) refuse('name', 'NAME_TOO_LONG')
  else if (hasControlCharacter(name)) refuse('name', 'NAME_CONTROL_CHAR')
  return name
}

const NO_IDENTITY = { idType: null, idNumber: null }

function readIdentity(
  typeText: string,
  numberText: string,
  fault: Report,
  missing: Report,
  isLenient: boolean,
): Pick<PatientValues, 'idType' | 'idNumber'> {
  if (numberText === '') {
    missing('id_number', 'MISSING_ID_NUMBER')
    if (!isLenient && canonicalIdType(typeText) === null) fault('id_type', 'BAD_ID_TYPE')
    return NO_IDENTITY
  }
  const idType = typeText === '' && isLenient ? nricByItself(numberText) : canonicalIdType(typeText)
  if (idType === null) {
    fault('id_type', 'BAD_ID_TYPE')
    if (isLenient) fault('id_number', 'BAD_ID_TYPE')
    return NO_IDENTITY
  }
  const read = readIdNumber(idType, numberText)
  if ('idNumber' in read) return { idType, idNumber: read.idNumber }
  fault('id_number', read.fault)
  return NO_IDENTITY
}

/** Twelve digits with a real date and place are an NRIC even where nobody says so. */
function nricByItself(text: string): IdType | null {
  const nric = canonicalNric(text)
  return nric !== null && nricFault(nric) === null ? 'NRIC' : null
}

function readBirth(text: string, todayOn: string, fault: Report, missing: Report): string | null {
  if (text === '') return missing('date_of_birth', 'MISSING_DOB')
  const dayOn = parseDay(text)
  if (dayOn === null || dayOn < FIRST_DAY_ON) return fault('date_of_birth', 'BAD_DOB')
  return dayOn > todayOn ? fault('date_of_birth', 'DOB_IN_FUTURE') : dayOn
}

function readRegistered(text: string, todayOn: string, fault: Report, missing: Report): string | null {
  if (text === '') return missing('registered_at', 'BAD_REGISTERED_AT')
  const dayOn = parseDay(text)
  return dayOn === null || dayOn < FIRST_DAY_ON || dayOn > todayOn
    ? fault('registered_at', 'BAD_REGISTERED_AT')
    : dayOn
}

function readText(column: LongText, text: string, fault: Report): string | null {
  if (text === '') return null
  return isLongerThan(text, PATIENT_MAX_LENGTH[column]) ? fault(column, TOO_LONG[column]) : text
}

/** NRIC against birth date and gender; in lenient an NRIC that contradicts the date is not trusted. */
function compareWithNric(
  patient: PatientValues,
  nric: string,
  fault: Report,
  isLenient: boolean,
  todayOn: string,
): void {
  if (patient.dateOfBirth !== null && !nricAgreesWithDay(nric, patient.dateOfBirth)) {
    fault('id_number', 'NRIC_DOB_MISMATCH')
    Object.assign(patient, NO_IDENTITY)
    return
  }
  const gender = nricGender(nric)
  if (patient.gender !== null && patient.gender !== gender)
    patient.gender = fault('gender', 'NRIC_GENDER_MISMATCH')
  else if (isLenient) patient.gender = gender
  if (isLenient && patient.dateOfBirth === null) {
    const days = nricBirthDays(nric, todayOn)
    if (days.length === 1) patient.dateOfBirth = days[0] ?? null
  }
}
