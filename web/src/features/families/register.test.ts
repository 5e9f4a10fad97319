import { expect, it } from 'vitest'
import { HttpError } from '../../lib/problem.ts'
import { EMPTY_FORM } from '../patients/form.ts'
import { type FamilyForm, familyOf, faultsOfMember, firstName, isWhole, newMember } from './register.ts'

const head = { ...newMember([], true), form: { ...EMPTY_FORM, name: ' Ismail bin Omar ' } }
const known = { ...newMember([head], false), picked: { id: '7', name: 'Siti', clinicNumber: 'P-000007' } }
const family: FamilyForm = {
  name: '',
  members: [head, known],
  shared: { address: '12 Jalan Ceria', postcode: '', state: 'Selangor' },
  queueing: true,
  tickets: 'one',
}

it('sends new members with the address they share, known ones by their id alone', () => {
  expect(familyOf(family, 'Keluarga Ismail', { reason: 'Fever' })).toEqual({
    name: 'Keluarga Ismail',
    members: [
      {
        patient: { name: 'Ismail bin Omar', address: '12 Jalan Ceria', state: 'Selangor' },
        relation: 'head',
      },
      { patientId: '7', relation: 'spouse' },
    ],
    queue: { tickets: 'one', ticket: { reason: 'Fever' } },
  })
  expect(familyOf(family, 'Keluarga', null)).not.toHaveProperty('queue')
})

it('gives every card a name of its own, and knows who is not said yet', () => {
  const third = newMember([head, known], true)
  expect(new Set([head.key, known.key, third.key]).size).toBe(3)
  expect([head, known, third, newMember([], false)].map(isWhole)).toEqual([true, true, false, false])
  expect(firstName([known, head])).toBe('Siti')
})

it('shows each fault at the member it is about', () => {
  const error = new HttpError(422, {
    errors: [
      { path: 'members.1.patient.idNumber', message: 'No', code: 'BAD_NRIC_DATE' },
      { path: 'members.0.patientId', message: 'Not here' },
      { path: 'name', message: 'Too long' },
    ],
  })
  expect(faultsOfMember(error, 1)).toEqual([{ field: 'idNumber', message: 'No', code: 'BAD_NRIC_DATE' }])
  expect(faultsOfMember(error, 0)).toEqual([{ field: 'patientId', message: 'Not here' }])
  expect(faultsOfMember(error, 2)).toEqual([])
})
