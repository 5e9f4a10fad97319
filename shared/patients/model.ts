import { Model, snakeCaseMappers } from 'objection'
import type { IdType } from './identity.ts'

/** A patient row with the names the code uses. Dates and instants are texts, ids decimal texts. */
export interface PatientRow {
  id: string
  source: string | null
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
  chronicConditions: string | null
  medicalHistory: string | null
  nextOfKin: string | null
  consentOn: string | null
  remarks: string | null
  registeredOn: string | null
  importNo: number | null
  touchedByImportNo: number | null
  version: number
  createdAt: string
  updatedAt: string
}

/** The mapping of `patients`; only the repository sees instances. */
export class PatientModel extends Model {
  // `declare`: a field without it would become an own property that hides what was read
  declare id: string
  declare source: string | null
  declare externalId: string | null
  declare name: string
  declare idType: IdType | null
  declare idNumber: string | null
  declare dateOfBirth: string | null
  declare gender: 'M' | 'F' | null
  declare phone: string | null
  declare email: string | null
  declare address: string | null
  declare postcode: string | null
  declare state: string | null
  declare company: string | null
  declare allergies: string | null
  declare chronicConditions: string | null
  declare medicalHistory: string | null
  declare nextOfKin: string | null
  declare consentOn: string | null
  declare remarks: string | null
  declare registeredOn: string | null
  declare importNo: number | null
  declare touchedByImportNo: number | null
  declare version: number
  declare createdAt: string
  declare updatedAt: string
  declare deletedAt: string | null

  static override tableName = 'patients'
  static override columnNameMappers = snakeCaseMappers()
}

/** Properties of {@link PatientRow}, the columns every read names. */
export const PATIENT_PROPERTIES = [
  'id',
  'source',
  'externalId',
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
  'nextOfKin',
  'consentOn',
  'remarks',
  'registeredOn',
  'importNo',
  'touchedByImportNo',
  'version',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof PatientRow)[]
