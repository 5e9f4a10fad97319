import { describe, expect, it } from 'vitest'
import { bodyOf, changesOf, faultsOf, formOf, type MedicineForm } from './form.ts'
import type { Medication } from './types.ts'

const form = (more: Partial<MedicineForm> = {}): MedicineForm => ({
  ...formOf(null),
  sku: 'PCM500',
  genericName: 'Paracetamol',
  unit: 'tablet',
  sellingPrice: '0.5',
  ...more,
})

describe('the form of a medicine', () => {
  it('sends prices as amounts and empty fields as nothing', () => {
    expect(bodyOf(form({ costPrice: '0,2', reorderLevel: '', atcCode: 'n02be01' }))).toMatchObject({
      sellingPrice: '0.50',
      costPrice: '0.20',
      reorderLevel: 0,
      atcCode: 'N02BE01',
      brandName: null,
      poisonGroup: null,
    })
  })

  it.each([
    [{ sku: 'a b' }, 'sku'],
    [{ genericName: ' ' }, 'genericName'],
    [{ sellingPrice: '' }, 'sellingPrice'],
    [{ costPrice: '1.234' }, 'costPrice'],
    [{ reorderLevel: '1.5' }, 'reorderLevel'],
    [{ atcCode: '12' }, 'atcCode'],
  ] as const)('says what is wrong with %o', (more, field) => {
    expect(faultsOf(form())).toEqual([])
    expect(faultsOf(form(more))).toEqual([field])
  })

  it('sends only what was changed', () => {
    const seen = { ...bodyOf(form()), id: '1', version: 3 } as Medication
    expect(changesOf({ ...formOf(seen), sellingPrice: '0.60' }, seen)).toEqual({ sellingPrice: '0.60' })
    expect(changesOf(formOf(seen), seen)).toEqual({})
  })
})
