import { FIELD_GROUPS } from './field-groups.ts'
import type { MergeKeep } from './file-api.ts'
import type { Patient } from './types.ts'

type Group = keyof MergeKeep
export type Side = 'this' | 'other' | 'both'

/** Fields that are chosen together, by the one that names them. */
const GROUPS: Readonly<Record<Group, readonly (keyof Patient)[]>> = {
  ...FIELD_GROUPS,
  consentOn: ['consentOn'],
}

/** Of these, both records' words can be kept. */
const JOINED: readonly Group[] = ['allergies', 'chronicConditions', 'medicalHistory', 'remarks']

const textOf = (patient: Patient, group: Group): string =>
  GROUPS[group].map((field) => patient[field] ?? '').join('\n')

/** A choice between two records. */
export interface MergeRow {
  field: Group
  sides: readonly Side[]
  /** What holds unless somebody says otherwise. */
  usual: Side
}

/** What must be chosen: where the other record says something else. */
export const mergeRows = (one: Patient, other: Patient): MergeRow[] =>
  (Object.keys(GROUPS) as Group[])
    .filter((field) => textOf(other, field).trim() !== '' && textOf(one, field) !== textOf(other, field))
    .map((field) => {
      const empty = textOf(one, field).trim() === ''
      const joins = JOINED.includes(field) && !empty
      return {
        field,
        sides: joins ? ['this', 'other', 'both'] : ['this', 'other'],
        usual: empty ? 'other' : joins ? 'both' : 'this',
      }
    })

/** The choices with one more; an identity number brings what its card says along. */
export const chosen = (keep: MergeKeep, field: Group, side: Side): MergeKeep => ({
  ...keep,
  ...(field === 'idNumber' && side !== 'both' ? { dateOfBirth: side, gender: side } : {}),
  [field]: side,
})
