import { describe, expect, it } from 'vitest'
import { checkForm } from './checks.ts'
import { markPieces } from './components/Highlight.tsx'
import { changesOf, EMPTY_FORM, formOf, inputOf, readNric } from './form.ts'
import type { Patient } from './types.ts'

const TODAY = '2026-11-24'
const PATIENT: Patient = {
  id: '7',
  clinicNumber: 'P-000007',
  externalId: null,
  name: 'Ng Wei',
  idType: 'NRIC',
  idNumber: '880412145678',
  dateOfBirth: '1988-04-12',
  gender: 'F',
  phone: '+60123456789',
  email: null,
  address: null,
  postcode: null,
  state: null,
  company: 'Shell',
  allergies: null,
  chronicConditions: null,
  medicalHistory: null,
  remarks: null,
  nextOfKin: null,
  consentOn: null,
  registeredOn: null,
  version: 3,
  createdAt: '',
  updatedAt: '',
}

describe('patient form', () => {
  it('reads day of birth and gender from an NRIC, and says when the century is open', () => {
    expect(readNric('880412-14-5678', TODAY)).toEqual({ dateOfBirth: '1988-04-12', gender: 'F', others: [] })
    expect(readNric('151012-06-0581', TODAY)).toEqual({
      dateOfBirth: '2015-10-12',
      gender: 'M',
      others: ['1915-10-12'],
    })
    expect(readNric('880412-14', TODAY)).toBeNull()
  })

  it('sends only what was given, and an ID type only with a number', () => {
    expect(inputOf({ ...EMPTY_FORM, name: ' Ali ' })).toEqual({ name: 'Ali' })
    expect(inputOf({ ...EMPTY_FORM, name: 'Ali', idNumber: 'A1' })).toEqual({
      name: 'Ali',
      idType: 'NRIC',
      idNumber: 'A1',
    })
  })

  it('sends only what changed, and null for what was emptied', () => {
    const form = { ...formOf(PATIENT), email: 'a@b.my', company: '' }
    expect(changesOf(form, PATIENT)).toEqual({ email: 'a@b.my', company: null })
    expect(changesOf(formOf(PATIENT), PATIENT)).toEqual({})
  })

  it('tells what is wrong while typing stops, and nothing of what is right or empty', () => {
    expect(checkForm(EMPTY_FORM, TODAY)).toEqual({})
    expect(checkForm(formOf(PATIENT), TODAY)).toEqual({})
    const wrong = { ...formOf(PATIENT), gender: 'M', phone: '12', dateOfBirth: '31/02/1988', postcode: '123' }
    expect(checkForm(wrong, TODAY)).toEqual({
      dateOfBirth: 'BAD_DOB',
      idNumber: 'NRIC_GENDER_MISMATCH',
      phone: 'BAD_PHONE',
      postcode: 'BAD_POSTCODE',
    })
  })
})

describe('markPieces', () => {
  it('marks the beginnings of words, whatever their case and accents', () => {
    const marked = markPieces('Nurul Ámin binti Amir', 'bin am').filter((piece) => piece.marked)
    expect(marked.map((piece) => piece.text)).toEqual(['Ám', 'bin', 'Am'])
  })
})
