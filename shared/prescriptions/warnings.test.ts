import { describe, expect, it } from 'vitest'
import { allergyWarnings, type Drug, duplicateWarnings } from './warnings.ts'

const drug = (genericName: string, atcCode: string | null, brandName: string | null = null): Drug => ({
  genericName,
  atcCode,
  brandName,
})
const AMOXICILLIN = drug('Amoxicillin', 'J01CA04')
const CEFALEXIN = drug('Cefalexin', 'J01DB01')
const IBUPROFEN = drug('Ibuprofen', 'M01AE01')
const COTRIMOXAZOLE = drug('Sulfamethoxazole and trimethoprim', 'J01EE01')
const PARACETAMOL = drug('Paracetamol', 'N02BE01', 'Panadol')

describe('allergies', () => {
  it.each([
    ['Penicillin', AMOXICILLIN, 'allergy', 'penicillins'],
    ['Alah kepada PENISILIN', AMOXICILLIN, 'allergy', 'penicillins'],
    ['amoxicillin (rash 2019)', AMOXICILLIN, 'allergy', 'amoxicillin'],
    ['Augmentin', CEFALEXIN, 'cross-allergy', 'penicillins'],
    ['cephalexin', AMOXICILLIN, 'cross-allergy', 'cephalosporins'],
    ['NSAIDs', IBUPROFEN, 'allergy', 'nsaids'],
    ['Aspirin', IBUPROFEN, 'allergy', 'nsaids'],
    ['Sulpha drugs', COTRIMOXAZOLE, 'allergy', 'sulfonamides'],
    ['Bactrim', drug('Furosemide', 'C03CA01'), 'cross-allergy', 'sulfonamides'],
    ['panadol', PARACETAMOL, 'allergy', 'panadol'],
    ['érythromycine', drug('Erythromycin', 'J01FA01'), 'allergy', 'macrolides'],
  ] as const)('%s', (allergies, about, kind, word) => {
    expect(allergyWarnings(allergies, about)).toEqual([{ kind, about: word }])
  })

  it.each([
    [null, AMOXICILLIN],
    ['NKDA', AMOXICILLIN],
    ['Tiada', IBUPROFEN],
    ['Penicillin', PARACETAMOL],
    ['Seafood, prawns', IBUPROFEN],
    ['Aspirin', AMOXICILLIN],
  ] as const)('say nothing where there is nothing: %s', (allergies, about) => {
    expect(allergyWarnings(allergies, about)).toEqual([])
  })
})

describe('duplicates', () => {
  it('are the same substance, or another of its group', () => {
    expect(duplicateWarnings(PARACETAMOL, [drug('PARACETAMOL', 'N02BE01')])).toEqual([
      { kind: 'duplicate-drug', about: 'PARACETAMOL' },
    ])
    expect(duplicateWarnings(IBUPROFEN, [drug('Naproxen', 'M01AE02'), PARACETAMOL])).toEqual([
      { kind: 'duplicate-group', about: 'Naproxen' },
    ])
    expect(duplicateWarnings(IBUPROFEN, [drug('Ibuprofen gel', 'M02AA13'), drug('X', null)])).toEqual([])
  })
})
