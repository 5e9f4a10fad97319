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
const CLINIC_NUMBER = 'urn:clinic:patient-number'
const EXTERNAL_ID = 'urn:clinic:external-id'
const GENDER: Readonly<Record<string, string>> = { M: 'male', F: 'female' }

/**
 * A patient of the export as a FHIR R4 Patient. Fields without a place in the resource (allergies are resources of
 * their own, remarks, company) are left out.
 */
export function fhirPatient(columns: readonly Column[]): (row: Row) => unknown {
  const at = Object.fromEntries(columns.map(({ key }, index) => [key, index]))
  return (row) => {
    const of = (key: string): string | undefined => {
      const cell = row[at[key] ?? -1]
      return cell === null || cell === undefined || cell === '' ? undefined : String(cell)
    }
    const idNumber = of('id_number')
    const identifier = [
      { use: 'usual', system: CLINIC_NUMBER, value: of('clinic_number') },
      ...(idNumber === undefined
        ? []
        : [
            {
              use: 'official',
              system: SYSTEM[of('id_type') ?? ''] ?? 'urn:clinic:id:other',
              value: idNumber,
            },
          ]),
      ...(of('external_id') === undefined
        ? []
        : [{ use: 'secondary', system: EXTERNAL_ID, value: of('external_id') }]),
    ]
    const telecom = (['phone', 'email'] as const).flatMap((system) =>
      of(system) === undefined ? [] : [{ system, value: of(system) }],
    )
    const address = { text: of('address'), postalCode: of('postcode'), state: of('state') }
    const hasAddress = Object.values(address).some((part) => part !== undefined)
    return {
      resourceType: 'Patient',
      id: of('clinic_number'),
      active: true,
      identifier,
      name: [{ use: 'official', text: of('name') }],
      ...(telecom.length === 0 ? {} : { telecom }),
      gender: GENDER[of('gender') ?? ''] ?? 'unknown',
      birthDate: of('date_of_birth'),
      ...(hasAddress ? { address: [{ ...address, country: 'MY' }] } : {}),
    }
  }
}
