import { describe, expect, it } from 'vitest'
import { fromWire, missingFields, toWire, unusedColumns, withSource } from './mapping.ts'

const field = (name: string, required: boolean) => ({ name, required, format: '', example: '' })
const FIELDS = [field('name', true), field('phone', true), field('email', false)]

describe('mapping', () => {
  it('says of every field without a source that it is empty', () => {
    expect(toWire({ name: 'NAMA', phone: { join: [], with: ' ' } }, FIELDS)).toEqual({
      name: 'NAMA',
      phone: { value: '' },
      email: { value: '' },
    })
  })
  it('reads an empty value of the server as no source', () => {
    expect(fromWire({ name: 'NAMA', email: { value: '' } })).toEqual({ name: 'NAMA' })
  })
  it('names what is missing, for lenient rules the name alone', () => {
    expect(missingFields(FIELDS, { email: 'e' }, false)).toEqual(['name', 'phone'])
    expect(missingFields(FIELDS, { email: 'e' }, true)).toEqual(['name'])
    expect(missingFields(FIELDS, { name: { join: [], with: ' ' } }, true)).toEqual(['name'])
  })
  it('names the columns that nothing reads', () => {
    const mapping = { name: { join: ['A', 'B'], with: ' ' }, phone: 'C', email: { value: 'x' } }
    expect(unusedColumns(['A', 'B', 'C', 'D'], mapping)).toEqual(['D'])
  })
  it('takes one source out and leaves the rest', () => {
    expect(withSource({ name: 'A', phone: 'B' }, 'name', undefined)).toEqual({ phone: 'B' })
  })
})
