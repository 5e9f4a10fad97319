export const ID_TYPES = ['NRIC', 'PASSPORT', 'ARMY', 'POLICE', 'BIRTH_CERT', 'UNHCR'] as const
export type IdType = (typeof ID_TYPES)[number]

/** A person of the clinic's file. What a role may not see is absent or masked by the server. */
export interface Patient {
  id: string
  clinicNumber: string
  externalId?: string | null
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
  remarks?: string | null
  registeredAt?: string | null
  createdAt?: string
  updatedAt?: string
  version: number
}

/** The fields a person may type. */
export type PatientInput = Pick<
  Patient,
  | 'name'
  | 'idType'
  | 'idNumber'
  | 'dateOfBirth'
  | 'gender'
  | 'phone'
  | 'email'
  | 'address'
  | 'postcode'
  | 'state'
  | 'company'
  | 'allergies'
>

export interface PatientPage {
  data: Patient[]
  meta: { limit: number; total?: number; totalIsAtLeast?: boolean; next: string | null }
}
