export type {
  Medication,
  MedicationChanges,
  MedicationInput,
  MedicationPage,
} from '../../../../shared/medications/schema.ts'
