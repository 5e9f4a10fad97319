import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../errors/app-error.ts'
import { PATIENT_COLUMNS } from '../patients/rules.ts'
import { importKind } from './kinds.ts'
import { compileMapping, suggestMapping, trimRefused } from './mapping.ts'
import { readLayout, readSample } from './reader.ts'
import type { Mapping } from './schema.ts'

const DATA = path.join(import.meta.dirname, '../testing/data')
const field = (name: string) => PATIENT_COLUMNS.indexOf(name as (typeof PATIENT_COLUMNS)[number])

async function sample(file: string): Promise<{ header: string[]; rows: string[][] }> {
  const layout = await readLayout(path.join(DATA, file), ',')
  return { header: layout.columns, rows: await readSample(path.join(DATA, file), layout) }
}

function faultsOf(
  header: string[],
  mapping: Mapping,
  strictness: 'strict' | 'lenient' = 'lenient',
): string[] {
  try {
    compileMapping('patients', header, mapping, strictness)
  } catch (error) {
    if (error instanceof AppError && error.code === 'import/bad-mapping')
      return error.errors?.map((e) => e.path) ?? []
    throw error
  }
  return []
}

describe('a suggested mapping', () => {
  it('has the fields in the order of the patient rules', () => {
    expect(importKind('patients').fields.map(({ name }) => name)).toEqual([...PATIENT_COLUMNS])
  })

  it('takes our own header in any order, case and dress', () => {
    const header = [...PATIENT_COLUMNS]
      .reverse()
      .map((name) => `\ufeff ${name.toUpperCase().replace('_', ' ')} `)
    const { mapping, strictness } = suggestMapping('patients', header)
    expect(strictness).toBe('strict')
    const cells = header.map((_, i) => PATIENT_COLUMNS[PATIENT_COLUMNS.length - 1 - i] as string)
    expect(compileMapping('patients', header, mapping)(cells)).toEqual([...PATIENT_COLUMNS])
  })

  it('knows Malay headers and what they imply', () => {
    const header = [
      'No. Pesakit',
      'Nama',
      'No. K/P',
      'Tarikh Lahir',
      'Jantina',
      'No. Telefon',
      'Alamat',
      'Poskod',
      'Negeri',
    ]
    const { mapping, strictness } = suggestMapping('patients', [
      ...header,
      'Alahan',
      'Tarikh Daftar',
      'Catatan',
    ])
    expect(mapping).toEqual({
      external_id: 'No. Pesakit',
      name: 'Nama',
      id_type: { value: 'NRIC' },
      id_number: 'No. K/P',
      date_of_birth: 'Tarikh Lahir',
      gender: 'Jantina',
      phone: 'No. Telefon',
      address: 'Alamat',
      postcode: 'Poskod',
      state: 'Negeri',
      allergies: 'Alahan',
      registered_at: 'Tarikh Daftar',
      remarks: 'Catatan',
    })
    expect(strictness).toBe('strict')
  })

  it('joins the name and address of a Synthea export', async () => {
    const { header, rows } = await sample('synthea/patients.csv')
    const { mapping, strictness } = suggestMapping('patients', header, rows)
    expect(strictness).toBe('lenient')
    expect(mapping).toEqual({
      external_id: 'Id',
      name: { join: ['PREFIX', 'FIRST', 'LAST', 'SUFFIX'], with: ' ' },
      id_type: { value: 'PASSPORT' },
      id_number: 'PASSPORT',
      date_of_birth: 'BIRTHDATE',
      gender: 'GENDER',
      address: { join: ['ADDRESS', 'CITY', 'STATE'], with: ', ' },
      postcode: 'ZIP',
    })
  })

  it('joins the name of an OpenMRS export', async () => {
    const { header, rows } = await sample('openmrs/patients.csv')
    const { mapping, strictness } = suggestMapping('patients', header, rows)
    expect(strictness).toBe('lenient')
    expect(mapping).toMatchObject({
      external_id: 'patient_id',
      name: { join: ['given_name', 'family_name'], with: ' ' },
      date_of_birth: 'birth_date',
      phone: 'phone',
      address: { join: ['city', 'state'], with: ', ' },
      postcode: 'postal_code',
    })
    const map = compileMapping('patients', header, mapping, strictness)
    expect(map(rows[0] as string[])[field('name')]).toBe('Whitney250 Schuppe920')
  })

  it('keeps what is given and finds the rest', () => {
    const header = ['external_id', 'who', 'gender', 'remarks']
    const given: Mapping = { name: 'who', remarks: { value: '' } }
    const { mapping } = suggestMapping('patients', header, [], given)
    expect(mapping).toEqual({
      external_id: 'external_id',
      name: 'who',
      gender: 'gender',
      remarks: { value: '' },
    })
  })

  it('reads a state that is wrong in a file of ours as a state', () => {
    const header = [...PATIENT_COLUMNS]
    const rows = [header.map(() => 'nowhere')]
    expect(suggestMapping('patients', header, rows).mapping.state).toBe('state')
  })
})

describe('compiling a mapping', () => {
  it('joins, sets and trims', () => {
    const map = compileMapping(
      'patients',
      ['first', 'last', 'x'],
      { name: { join: ['first', 'last'], with: ', ' }, gender: { value: 'F' }, phone: 'X' },
      'lenient',
    )
    expect(map([' A ', '\u3000', '\u00a0012 '])).toEqual([
      '',
      'A',
      '',
      '',
      '',
      'F',
      '012',
      ...Array(8).fill(''),
    ])
    expect(map(['A', 'B'])[field('name')]).toBe('A, B')
  })

  it('names every fault', () => {
    expect(faultsOf(['a', 'b', 'B', 'b'], { name: 'a', colour: 'a', phone: 'nowhere', email: 'b' })).toEqual([
      'mapping.colour',
      'mapping.phone',
      'mapping.email',
    ])
    expect(faultsOf(['a'], { phone: 'a' })).toEqual(['mapping.name'])
    expect(faultsOf(['name', 'external_id'], { name: 'name', external_id: 'external_id' }, 'strict')).toEqual(
      ['id_type', 'id_number', 'date_of_birth', 'gender', 'phone', 'registered_at'].map(
        (name) => `mapping.${name}`,
      ),
    )
    expect(faultsOf(['', 'name'], { name: 'name', phone: ' ' })).toEqual(['mapping.phone'])
    expect(() => compileMapping('toString', [], {})).toThrow(AppError)
  })

  it('refuses a column that is there twice', () => {
    const { mapping } = suggestMapping('patients', ['name', 'name'])
    expect(faultsOf(['name', 'name'], mapping)).toEqual(['mapping.name'])
  })

  it('takes the guard off only in a refused-rows file', () => {
    const report = ['_row', '_line', '_column', '_code', '_message', '_extra']
    const cells = ["'=A1", "'+60123456789", "'\t@x", "'quoted'", '1', '2', 'name', 'X', 'y', 'z']
    const header = ['name', 'phone', 'remarks', 'company']
    const mapping: Mapping = { name: 'name', phone: 'phone', remarks: 'remarks', company: 'company' }
    const read = (columns: string[]) => {
      const fields = compileMapping('patients', columns, mapping, 'lenient')(cells)
      return header.map((name) => fields[field(name)])
    }
    expect(read([...header, ...report])).toEqual(['=A1', '+60123456789', '@x', "'quoted'"])
    expect(read(header)).toEqual(cells.slice(0, 4))
    expect(faultsOf([...header, ...report], { name: '_code' })).toEqual(['mapping.name'])
    expect(trimRefused("''=x")).toBe("''=x")
  })
})
