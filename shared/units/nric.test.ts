import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  canonicalNric,
  nricAgreesWithDay,
  nricBirthDays,
  nricBirthState,
  nricFault,
  nricGender,
} from './nric.ts'

const DATA = path.join(import.meta.dirname, '../testing/data/nric')
const table = (name: string) =>
  readFileSync(path.join(DATA, name), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(',') as [string, string, string, string, string, string])

function verdict(input: string, birth: string, gender: string): string {
  if (input === '') return 'MISSING_ID_NUMBER'
  const nric = canonicalNric(input)
  if (nric === null) return 'BAD_NRIC_FORMAT'
  const fault = nricFault(nric)
  if (fault !== null) return fault
  if (!nricAgreesWithDay(nric, birth)) return 'NRIC_DOB_MISMATCH'
  return nricGender(nric) === gender ? '' : 'NRIC_GENDER_MISMATCH'
}

describe('NRIC', () => {
  const vectors = table('vectors.csv')
  it('has all vectors', () => expect(vectors).toHaveLength(120))

  it.each(vectors)('%s of %s, %s is %s %s', (input, birth, gender, _verdict, reason, canonical) => {
    expect(verdict(input, birth, gender)).toBe(reason)
    if (reason === '') expect(canonicalNric(input)).toBe(canonical)
  })

  it.each(table('place_codes.csv'))('knows place %s as %s (%s)', (code, place, status) => {
    const nric = `900517${code}1235`
    expect(nricFault(nric)).toBe(status === 'not in use' ? 'BAD_NRIC_PLACE' : null)
    expect(nricBirthState(nric)).toBe(place === '' ? null : place)
  })

  it('names the centuries that are possible', () => {
    expect(nricBirthDays('250101080011', '2026-11-24')).toEqual(['2025-01-01', '1925-01-01'])
    expect(nricBirthDays('900517141235', '2026-11-24')).toEqual(['1990-05-17'])
    expect(nricBirthDays('000229140001', '2026-11-24')).toEqual(['2000-02-29'])
  })
})
