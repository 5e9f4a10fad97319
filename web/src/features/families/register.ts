import { HttpError } from '../../lib/problem.ts'
import type { Picked } from '../patients/components/PatientPicker.tsx'
import { EMPTY_FORM, inputOf, type PatientForm } from '../patients/form.ts'
import type { FamilyInput, Relation } from './types.ts'

/** One of a family that is being registered: somebody new, or somebody of the file once he was picked. */
export interface MemberForm {
  /** Names the card while others come and go. */
  key: number
  isNew: boolean
  form: PatientForm
  picked: Picked | null
  relation: Relation
}

/** What new members have in common. */
export type SharedForm = Pick<PatientForm, 'address' | 'postcode' | 'state'>

export interface FamilyForm {
  name: string
  members: MemberForm[]
  shared: SharedForm
  queueing: boolean
  tickets: 'one' | 'each'
}

export const newMember = (members: readonly MemberForm[], isNew: boolean): MemberForm => ({
  key: 1 + Math.max(0, ...members.map(({ key }) => key)),
  isNew,
  form: EMPTY_FORM,
  picked: null,
  relation: members.length === 0 ? 'head' : members.length === 1 ? 'spouse' : 'child',
})

/** Whether a card says who it is. */
export const isWhole = ({ isNew, form, picked }: MemberForm): boolean =>
  isNew ? form.name.trim() !== '' : picked !== null

/** The name of the first one, after whom a family without a name is called. */
export const firstName = ([first]: readonly MemberForm[]): string =>
  first === undefined ? '' : first.isNew ? first.form.name.trim() : (first.picked?.name ?? '')

/** A family as the API takes it; `name` is given where none was typed. */
export function familyOf(
  { members, shared, ...form }: FamilyForm,
  name: string,
  ticket: NonNullable<FamilyInput['queue']>['ticket'] | null,
): FamilyInput {
  return {
    name,
    members: members.map(({ isNew, form: person, picked, relation }) =>
      isNew
        ? { patient: inputOf({ ...person, ...shared }), relation }
        : { patientId: picked?.id ?? '', relation },
    ),
    ...(ticket === null ? {} : { queue: { tickets: form.tickets, ticket } }),
  }
}

const OF_MEMBER = /(?:^|\.)members\.(\d+)\.(?:patient\.)?(\w+)$/

/** What the server said against the fields of one member: path and reason code or sentence. */
export function faultsOfMember(
  error: unknown,
  at: number,
): { field: string; code?: string; message: string }[] {
  if (!(error instanceof HttpError)) return []
  return error.errors.flatMap((fault: { path: string; message: string; code?: string }) => {
    const [, member, field] = OF_MEMBER.exec(fault.path) ?? []
    if (field === undefined || Number(member) !== at) return []
    return [{ field, message: fault.message, ...(fault.code === undefined ? {} : { code: fault.code }) }]
  })
}
