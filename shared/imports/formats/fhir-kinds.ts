import { AppError } from '../../errors/app-error.ts'
import { CONDITION_COLUMNS, conditionCells, ENCOUNTER_COLUMNS, encounterCells } from './fhir-clinical.ts'
import {
  APPOINTMENT_COLUMNS,
  appointmentCells,
  MEDICATION_COLUMNS,
  MEDICATION_REQUEST_COLUMNS,
  medicationCells,
  medicationRequestCells,
} from './fhir-medicines.ts'
import { PATIENT_COLUMNS, patientCells } from './fhir-patient.ts'
import type { Json } from './fhir-values.ts'

/** How a kind of import is read out of FHIR R4. */
export interface FhirKind {
  resourceType: string
  columns: readonly string[]
  cells(resource: Json): string[]
}

const FHIR_KINDS: Readonly<Record<string, FhirKind>> = {
  patients: { resourceType: 'Patient', columns: PATIENT_COLUMNS, cells: patientCells },
  visits: { resourceType: 'Encounter', columns: ENCOUNTER_COLUMNS, cells: encounterCells },
  conditions: { resourceType: 'Condition', columns: CONDITION_COLUMNS, cells: conditionCells },
  medications: { resourceType: 'Medication', columns: MEDICATION_COLUMNS, cells: medicationCells },
  prescriptions: {
    resourceType: 'MedicationRequest',
    columns: MEDICATION_REQUEST_COLUMNS,
    cells: medicationRequestCells,
  },
  appointments: { resourceType: 'Appointment', columns: APPOINTMENT_COLUMNS, cells: appointmentCells },
}

/** How that kind is read out of FHIR; throws `import/bad-options` where it cannot be. */
export function fhirKind(kind: string): FhirKind {
  const found = Object.hasOwn(FHIR_KINDS, kind) ? FHIR_KINDS[kind] : undefined
  if (found === undefined) {
    throw new AppError('import/bad-options', {
      detail: `FHIR is read for ${Object.keys(FHIR_KINDS).join(', ')}; send ${kind} as CSV or XLSX.`,
    })
  }
  return found
}
