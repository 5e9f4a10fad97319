import type { Column, Row } from '../files/table.ts'

/** Where a number comes from, as a URI; the national card's is the one of the Malaysian core profile. */
const SYSTEM: Readonly<Record<string, string>> = {
  NRIC: 'http://fhir.hie.moh.gov.my/sid/my-kad-no',
  PASSPORT: 'http://hl7.org/fhir/sid/passport-MYS',
  ARMY: 'urn:clinic:id:army',
  POLICE: 'urn:clinic:id:police',
  BIRTH_CERT: 'urn:clinic:id:birth-certificate',
  UNHCR: 'urn:clinic:id:unhcr',
}
/** The systems by which the import of this program knows a number. */
const IMPORTED_AS: Readonly<Record<string, string>> = { NRIC: 'urn:my:nric', PASSPORT: 'urn:my:passport' }
const CLINIC_NUMBER = 'urn:clinic:patient-number'
const EXTERNAL_ID = 'urn:clinic:external-id'
const REGISTERED_AT = 'urn:clinic:registered-at'
const GENDER: Readonly<Record<string, string>> = { M: 'male', F: 'female' }

/** A field of a patient by its name in an export; undefined where there is nothing. */
export type FieldOf = (key: string) => string | undefined

function identifiersOf(of: FieldOf) {
  const idType = of('id_type') ?? ''
  const idNumber = of('id_number')
  const externalId = of('external_id')
  const imported = IMPORTED_AS[idType]
  return [
    { use: 'usual', system: CLINIC_NUMBER, value: of('clinic_number') },
    ...(idNumber === undefined
      ? []
      : [{ use: 'official', system: SYSTEM[idType] ?? 'urn:clinic:id:other', value: idNumber }]),
    ...(idNumber === undefined || imported === undefined
      ? []
      : [{ use: 'secondary', system: imported, value: idNumber }]),
    ...(externalId === undefined ? [] : [{ use: 'secondary', system: EXTERNAL_ID, value: externalId }]),
  ]
}

/**
 * A patient as a FHIR R4 Patient, which an import of this program takes in again. Fields without a place in the
 * resource (allergies are resources of their own, remarks, company) are left out.
 */
export function patientResource(of: FieldOf): Record<string, unknown> {
  const telecom = (['phone', 'email'] as const).flatMap((system) =>
    of(system) === undefined ? [] : [{ system, value: of(system) }],
  )
  const address = { text: of('address'), postalCode: of('postcode'), state: of('state') }
  const hasAddress = Object.values(address).some((part) => part !== undefined)
  const registeredOn = of('registered_at')
  return {
    resourceType: 'Patient',
    id: of('clinic_number'),
    ...(registeredOn === undefined ? {} : { extension: [{ url: REGISTERED_AT, valueDate: registeredOn }] }),
    active: true,
    identifier: identifiersOf(of),
    name: [{ use: 'official', text: of('name') }],
    ...(telecom.length === 0 ? {} : { telecom }),
    gender: GENDER[of('gender') ?? ''] ?? 'unknown',
    birthDate: of('date_of_birth'),
    ...(hasAddress ? { address: [{ ...address, country: 'MY' }] } : {}),
  }
}

/** Makes a Patient of each row of an export with these columns. */
export function fhirPatient(columns: readonly Column[]): (row: Row) => unknown {
  const at = Object.fromEntries(columns.map(({ key }, index) => [key, index]))
  return (row) =>
    patientResource((key) => {
      const cell = row[at[key] ?? -1]
      return cell === null || cell === undefined || cell === '' ? undefined : String(cell)
    })
}
