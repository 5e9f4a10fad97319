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

const ICD10 = 'http://hl7.org/fhir/sid/icd-10'
const DOCTOR_CODE = 'urn:clinic:doctor-code'
const ENCOUNTER_STATUS: Readonly<Record<string, string>> = {
  completed: 'finished',
  cancelled: 'cancelled',
  no_show: 'cancelled',
}

const subjectOf = (of: FieldOf) => ({
  subject: { reference: `Patient/${of('patient_external_id') ?? of('clinic_number')}` },
})
const externalIdentifier = (of: FieldOf) =>
  of('external_id') === undefined ? {} : { identifier: [{ system: EXTERNAL_ID, value: of('external_id') }] }

function codeOf(code: string | undefined, words: string | undefined) {
  return {
    ...(code === undefined ? {} : { coding: [{ system: ICD10, code, display: words }] }),
    ...(words === undefined ? {} : { text: words }),
  }
}

/** A visit as a FHIR R4 Encounter; fees and certificate days have no place in it. */
function encounterResource(of: FieldOf): Record<string, unknown> {
  const [code, words] = [of('diagnosis_code'), of('diagnosis_text')]
  const doctorCode = of('doctor_code')
  return {
    resourceType: 'Encounter',
    id: `visit-${of('visit_id')}`,
    ...externalIdentifier(of),
    status: ENCOUNTER_STATUS[of('status') ?? ''] ?? 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    ...subjectOf(of),
    ...(doctorCode === undefined
      ? {}
      : {
          participant: [
            { individual: { identifier: { system: DOCTOR_CODE, value: doctorCode }, display: of('doctor') } },
          ],
        }),
    period: { start: of('visit_at'), end: of('ended_at') },
    ...(code === undefined && words === undefined ? {} : { reasonCode: [codeOf(code, words)] }),
  }
}

/** A condition that an import brought as a FHIR R4 Condition. */
function conditionResource(of: FieldOf): Record<string, unknown> {
  const status = of('status')
  return {
    resourceType: 'Condition',
    ...externalIdentifier(of),
    ...(status === undefined
      ? {}
      : {
          clinicalStatus: {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: status }],
          },
        }),
    code: codeOf(of('code'), of('text')),
    ...subjectOf(of),
    recordedDate: of('recorded_on'),
  }
}

const RESOURCE: Readonly<Record<string, (of: FieldOf) => Record<string, unknown>>> = {
  patients: patientResource,
  visits: encounterResource,
  conditions: conditionResource,
}

/** Makes a FHIR R4 resource of each row of an export of a kind with these columns. */
export function fhirResource(kind: string, columns: readonly Column[]): (row: Row) => unknown {
  const make = RESOURCE[kind] ?? patientResource
  const at = Object.fromEntries(columns.map(({ key }, index) => [key, index]))
  return (row) =>
    make((key) => {
      const cell = row[at[key] ?? -1]
      return cell === null || cell === undefined || cell === '' ? undefined : String(cell)
    })
}
