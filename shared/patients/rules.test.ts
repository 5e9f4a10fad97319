import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalEmail } from '../units/email.ts'
import { PATIENT_MESSAGES } from './problems.ts'
import { judgePatient, judgePatientRow, PATIENT_COLUMNS, type PatientColumn } from './rules.ts'

const TODAY_ON = '2026-11-24'
const GOOD: Record<PatientColumn, string> = {
  external_id: 'P1',
  name: 'Siti binti Ali',
  id_type: 'NRIC',
  id_number: '900517-14-1236',
  date_of_birth: '1990-05-17',
  gender: 'F',
  phone: '012-345 6789',
  email: 'Siti@Example.COM',
  address: '1, Jalan\nMawar',
  postcode: '01000',
  state: 'penang',
  company: '',
  allergies: 'NULL',
  registered_at: '29/02/2024',
  remarks: '=1+1',
}

const judge = (change: Partial<Record<PatientColumn, string>>, strictness: 'strict' | 'lenient' = 'strict') =>
  judgePatient(
    PATIENT_COLUMNS.map((column) => change[column] ?? GOOD[column]),
    { strictness, todayOn: TODAY_ON },
  )
const codes = (change: Partial<Record<PatientColumn, string>>) => {
  const judged = judge(change)
  return 'problems' in judged ? judged.problems.map(({ code }) => code) : []
}
const nothing = Object.fromEntries(PATIENT_COLUMNS.map((column) => [column, '']))

describe('strict', () => {
  it('stores the canonical values', () => {
    expect(judge({})).toEqual({
      leftOut: [],
      patient: {
        externalId: 'P1',
        name: 'Siti binti Ali',
        idType: 'NRIC',
        idNumber: '900517141236',
        dateOfBirth: '1990-05-17',
        gender: 'F',
        phone: '+60123456789',
        email: 'siti@example.com',
        address: '1, Jalan\nMawar',
        postcode: '01000',
        state: 'Pulau Pinang',
        company: null,
        allergies: 'NULL',
        registeredOn: '2024-02-29',
        remarks: '=1+1',
      },
    })
  })

  const cases: [Partial<Record<PatientColumn, string>>, string[]][] = [
    [{ external_id: '' }, ['MISSING_EXTERNAL_ID']],
    [{ external_id: 'x'.repeat(81) }, ['EXTERNAL_ID_TOO_LONG']],
    [{ external_id: 'a\u0000b' }, ['BAD_EXTERNAL_ID']],
    [{ name: '' }, ['MISSING_NAME']],
    [{ name: '𠮷'.repeat(255) }, []],
    [{ name: '𠮷'.repeat(256) }, ['NAME_TOO_LONG']],
    [{ name: 'A\u0007b' }, ['NAME_CONTROL_CHAR']],
    [{ name: 'A\u0085b' }, ['NAME_CONTROL_CHAR']],
    [{ name: 'A\ud800' }, ['BAD_TEXT', 'MISSING_NAME']],
    [{ id_type: 'LESEN' }, ['BAD_ID_TYPE']],
    [{ id_type: '' }, ['BAD_ID_TYPE']],
    [{ id_type: 'nric' }, []],
    [{ id_number: '' }, ['MISSING_ID_NUMBER']],
    [{ id_number: '9005l7141235' }, ['BAD_NRIC_FORMAT']],
    [{ id_number: '900230141236' }, ['BAD_NRIC_DATE']],
    [{ id_number: '900517001236' }, ['BAD_NRIC_PLACE']],
    [{ id_number: '900518141236' }, ['NRIC_DOB_MISMATCH']],
    [{ gender: 'Lelaki' }, ['NRIC_GENDER_MISMATCH']],
    [{ gender: 'PEREMPUAN' }, []],
    [{ gender: '' }, ['BAD_GENDER']],
    [{ gender: 'X' }, ['BAD_GENDER']],
    [{ id_type: 'passport', id_number: 'a1234567' }, []],
    [{ id_type: 'PASSPORT', id_number: 'A 1234567' }, ['BAD_PASSPORT']],
    [{ id_type: 'PASSPORT', id_number: 'A1234' }, ['BAD_PASSPORT']],
    [{ id_type: 'PASSPORT', id_number: 'A123456789012' }, ['BAD_PASSPORT']],
    [{ id_type: 'ARMY', id_number: 't 1234567' }, []],
    [{ id_type: 'ARMY', id_number: '12' }, ['BAD_ARMY_NUMBER']],
    [{ id_type: 'POLICE', id_number: 'RF/123456' }, []],
    [{ id_type: 'POLICE', id_number: 'POLICE' }, ['BAD_POLICE_NUMBER']],
    [{ id_type: 'BIRTH_CERT', id_number: 'AC 12345' }, []],
    [{ id_type: 'BIRTH_CERT', id_number: '?' }, ['BAD_BIRTH_CERT']],
    [{ id_type: 'UNHCR', id_number: '354-12C00123' }, []],
    [{ id_type: 'UNHCR', id_number: 'UNHCR-CARD' }, ['BAD_UNHCR']],
    [{ date_of_birth: '' }, ['MISSING_DOB']],
    [{ date_of_birth: '17/05/1990' }, []],
    [{ date_of_birth: '1990-02-30' }, ['BAD_DOB']],
    [{ date_of_birth: '1899-12-31' }, ['BAD_DOB']],
    [{ date_of_birth: '2026-11-25' }, ['DOB_IN_FUTURE']],
    [{ id_number: '261124141236', date_of_birth: '2026-11-24' }, []],
    [{ phone: '' }, ['MISSING_PHONE']],
    [{ phone: 'nil' }, ['BAD_PHONE']],
    [{ email: 'a@b' }, ['BAD_EMAIL']],
    [{ email: '' }, []],
    [{ postcode: '5O450' }, ['BAD_POSTCODE']],
    [{ postcode: '1234' }, ['BAD_POSTCODE']],
    [{ state: 'Massachusetts' }, ['BAD_STATE']],
    [{ registered_at: '' }, ['BAD_REGISTERED_AT']],
    [{ registered_at: '2027-01-01' }, ['BAD_REGISTERED_AT']],
    [{ address: 'x'.repeat(501) }, ['ADDRESS_TOO_LONG']],
    [{ company: 'x'.repeat(201) }, ['COMPANY_TOO_LONG']],
    [{ allergies: 'x'.repeat(1001) }, ['ALLERGIES_TOO_LONG']],
    [{ remarks: 'x'.repeat(2001) }, ['REMARKS_TOO_LONG']],
    [
      nothing,
      [
        'MISSING_EXTERNAL_ID',
        'MISSING_NAME',
        'MISSING_ID_NUMBER',
        'BAD_ID_TYPE',
        'MISSING_DOB',
        'BAD_GENDER',
        'MISSING_PHONE',
        'BAD_REGISTERED_AT',
      ],
    ],
  ]
  it.each(cases)('%j gives %j', (change, expected) => expect(codes(change)).toEqual(expected))

  it('covers every code', () => {
    expect(new Set(cases.flatMap(([, expected]) => expected))).toEqual(new Set(Object.keys(PATIENT_MESSAGES)))
  })

  it.each(['a@b.c', 'x+tag@mail.example.my', 'ü@münchen.de'])('takes the address %s', (text) =>
    expect(canonicalEmail(text)).toBe(text),
  )
  it.each(['a@@b.c', 'a b@c.d', '@b.c', 'a@b.', 'a@.b', 'a', `${'a'.repeat(250)}@b.my`])(
    'refuses the address %s',
    (text) => expect(canonicalEmail(text)).toBeNull(),
  )
})

describe('lenient', () => {
  it('needs the name only', () => {
    const judged = judge({ ...nothing, name: 'Ali' }, 'lenient')
    expect(judged).toMatchObject({
      leftOut: [],
      patient: { name: 'Ali', idType: null, phone: null, externalId: null },
    })
    expect(judge({ ...nothing }, 'lenient')).toMatchObject({
      problems: [{ column: 'name', code: 'MISSING_NAME' }],
    })
  })

  it('leaves out and lists what cannot be read', () => {
    const judged = judge(
      {
        phone: '555-148-5235',
        state: 'MA',
        email: 'none',
        id_type: 'SSN',
        id_number: '999-17-5017',
        gender: '?',
      },
      'lenient',
    )
    expect(judged).toMatchObject({
      leftOut: ['id_type', 'id_number', 'gender', 'phone', 'email', 'state'],
      patient: {
        phone: null,
        state: null,
        email: null,
        idType: null,
        idNumber: null,
        dateOfBirth: '1990-05-17',
      },
    })
  })

  it('learns from an NRIC what it says without doubt', () => {
    const bare = { ...nothing, name: 'Siti', id_number: '900517-14-1236' }
    expect(judge(bare, 'lenient')).toMatchObject({
      leftOut: [],
      patient: { idType: 'NRIC', idNumber: '900517141236', dateOfBirth: '1990-05-17', gender: 'F' },
    })
    expect(judge({ ...bare, id_number: '200517141236' }, 'lenient')).toMatchObject({
      patient: { dateOfBirth: null },
    })
  })

  it('does not trust an NRIC against the date of birth', () => {
    expect(judge({ id_number: '900518141236' }, 'lenient')).toMatchObject({
      leftOut: ['id_number'],
      patient: { idType: null, idNumber: null, dateOfBirth: '1990-05-17' },
    })
  })

  it('takes a type without a number as no identity', () => {
    expect(judge({ id_type: 'PASSPORT', id_number: '' }, 'lenient')).toMatchObject({
      leftOut: [],
      patient: { idType: null, idNumber: null },
    })
  })
})

it('never repeats what was submitted', () => {
  const secret = 'sEcr3t'
  const judged = judge(Object.fromEntries(PATIENT_COLUMNS.map((column) => [column, secret.repeat(400)])))
  expect('problems' in judged && judged.problems.length).toBeGreaterThan(8)
  expect(JSON.stringify(judged)).not.toContain(secret)
})

it('judges any text without failing, and stores only what fits the columns', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(...Object.values(GOOD), '', '\ud800'),
  )
  const row = fc.tuple(...PATIENT_COLUMNS.map(() => text))
  fc.assert(
    fc.property(row, fc.constantFrom('strict' as const, 'lenient' as const), (fields, strictness) => {
      const judged = judgePatient(
        fields.map((cell) => cell.trim()),
        { strictness, todayOn: TODAY_ON },
      )
      if ('problems' in judged) return judged.problems.length > 0
      const { patient } = judged
      const ascii = [patient.idNumber, patient.phone, patient.postcode].every((value) =>
        /^[\x20-\x7e]*$/.test(value ?? ''),
      )
      const isSound = Object.values(patient).every(
        (value) => value === null || (value !== '' && value.isWellFormed()),
      )
      return ascii && isSound && Array.from(patient.name).length <= 255
    }),
    { numRuns: 1_000 },
  )
})

it('gives the stored values under the names of the columns', () => {
  const fields = PATIENT_COLUMNS.map((column) => GOOD[column])
  expect(judgePatientRow(fields, { strictness: 'strict', todayOn: TODAY_ON })).toMatchObject({
    values: { external_id: 'P1', registered_at: '2024-02-29', remarks: '=1+1', company: null },
  })
})
