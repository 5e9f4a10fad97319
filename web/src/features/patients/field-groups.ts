/** Fields of a person that belong together when two records are compared, by the one that names them. */
export const FIELD_GROUPS = {
  name: ['name'],
  idNumber: ['idType', 'idNumber'],
  dateOfBirth: ['dateOfBirth'],
  gender: ['gender'],
  phone: ['phone'],
  email: ['email'],
  address: ['address', 'postcode', 'state'],
  company: ['company'],
  externalId: ['externalId'],
  allergies: ['allergies'],
  chronicConditions: ['chronicConditions'],
  medicalHistory: ['medicalHistory'],
  nextOfKin: ['nextOfKin'],
  remarks: ['remarks'],
} as const
