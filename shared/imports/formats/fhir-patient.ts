import { trimText } from '../../units/text.ts'
import { at, elements, externalIdOf, identifierOf, type Json, member, text } from './fhir-values.ts'

/** Fields that a Patient can give, in the order of {@link patientCells}. */
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
  'registered_at',
] as const

const NRIC = 'urn:my:nric'
const PASSPORT = 'urn:my:passport'
/** Passport number in HL7's table of identifier types, which systems abroad use. */
const PASSPORT_TYPE = 'PPN'
const REGISTERED_AT = 'urn:clinic:registered-at'

const given = (parts: readonly Json[], between: string): string =>
  parts
    .map((part) => trimText(text(part)))
    .filter((part) => part !== '')
    .join(between)

function identityOf(patient: Json): [type: string, number: string] {
  const nric = identifierOf(patient, NRIC)
  if (nric !== null) return ['NRIC', nric]
  const passport = identifierOf(patient, PASSPORT)
  if (passport !== null) return ['PASSPORT', passport]
  const foreign = elements(member(patient, 'identifier')).find((each) =>
    elements(at(each, 'type', 'coding')).some((coding) => member(coding, 'code') === PASSPORT_TYPE),
  )
  return foreign === undefined ? ['', ''] : ['PASSPORT', text(member(foreign, 'value'))]
}

/** The name as one text, else put together of its parts. */
function nameOf(patient: Json): string {
  const name = at(patient, 'name', 0)
  const whole = member(name, 'text')
  if (whole !== undefined) return text(whole)
  return given(
    [
      ...elements(member(name, 'prefix')),
      ...elements(member(name, 'given')),
      member(name, 'family'),
      ...elements(member(name, 'suffix')),
    ],
    ' ',
  )
}

function addressOf(address: Json): string {
  const whole = member(address, 'text')
  if (whole !== undefined) return text(whole)
  return given(
    [...elements(member(address, 'line')), member(address, 'city'), member(address, 'state')],
    ', ',
  )
}

function telecomOf(patient: Json, system: string): string {
  const found = elements(member(patient, 'telecom')).find((each) => member(each, 'system') === system)
  return text(member(found, 'value'))
}

function registeredAt(patient: Json): string {
  const found = elements(member(patient, 'extension')).find((each) => member(each, 'url') === REGISTERED_AT)
  return text(member(found, 'valueDate')) || text(member(found, 'valueDateTime')).slice(0, 10)
}

/** The cells of a FHIR R4 Patient. */
export function patientCells(patient: Json): string[] {
  const address = at(patient, 'address', 0)
  return [
    externalIdOf(patient),
    nameOf(patient),
    ...identityOf(patient),
    text(member(patient, 'birthDate')),
    text(member(patient, 'gender')),
    telecomOf(patient, 'phone'),
    telecomOf(patient, 'email'),
    addressOf(address),
    text(member(address, 'postalCode')),
    text(member(address, 'state')),
    registeredAt(patient),
  ]
}
