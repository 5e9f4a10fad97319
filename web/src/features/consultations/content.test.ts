import { describe, expect, it } from 'vitest'
import { vitals as vitalsSchema } from '../../../../shared/consultations/schema.ts'
import { changesOf, type Form, formOf, mergeForm, readAmount, readForm, withParts } from './content.ts'
import type { Content } from './types.ts'
import { bodyMassIndex, readVitals, VITALS } from './vitals.ts'

const BASE: Content = {
  vitals: { temperature: 38.4 },
  subjective: 'Cough',
  objective: '',
  assessment: '',
  plan: '',
  diagnoses: [{ code: 'J00', title: 'Common cold', text: null, primary: true }],
  followUp: null,
  fee: '35.00',
  procedures: [],
}
const typed = (change: Partial<Form>): Form => ({ ...formOf(BASE), ...change })

describe('vitals', () => {
  it('have the limits of the server', () => {
    for (const { name, min, max } of VITALS) {
      expect(vitalsSchema.safeParse({ [name]: min }).success, name).toBe(true)
      expect(vitalsSchema.safeParse({ [name]: max }).success, name).toBe(true)
      expect(vitalsSchema.safeParse({ [name]: min - 0.01 }).success, name).toBe(false)
      expect(vitalsSchema.safeParse({ [name]: max + 1 }).success, name).toBe(false)
    }
  })

  it('are read as they are typed, and what cannot be right is named', () => {
    expect(readVitals({ temperature: '38,4', pulse: '' })).toEqual({
      vitals: { temperature: 38.4 },
      faults: [],
    })
    expect(readVitals({ temperature: '3', pulse: '92.5' }).faults).toEqual(['temperature', 'pulse'])
    expect(readVitals({ systolic: '80', diastolic: '120' }).faults).toEqual(['diastolic'])
    expect(bodyMassIndex({ weight: 62, height: 156 })).toBe(25.5)
  })
})

describe('what is typed', () => {
  it('differs from the server only where something was changed', () => {
    expect(changesOf(readForm(formOf(BASE)).content, BASE)).toEqual({})
    const { content } = readForm(typed({ plan: 'Rest', fee: '40', followUpOn: '2026-12-01' }))
    expect(changesOf(content, BASE)).toEqual({
      plan: 'Rest',
      fee: '40.00',
      followUp: { on: '2026-12-01', note: null },
    })
  })

  it('is left out as long as it cannot be right', () => {
    const { content, faults } = readForm(
      typed({
        vitals: { temperature: '3' },
        fee: 'x',
        procedures: [{ description: 'Dressing', price: '', quantity: '1' }],
      }),
    )
    expect(faults).toEqual(['vitals.temperature', 'fee', 'procedures.0'])
    expect(changesOf(content, BASE)).toEqual({})
  })

  it('reads amounts in ringgit', () => {
    expect(['45', '45.5', '045,50', '4.567', '-1', ''].map(readAmount)).toEqual([
      '45.00',
      '45.50',
      '45.50',
      null,
      null,
      null,
    ])
  })

  it('is joined part by part with what was changed elsewhere', () => {
    const now: Content = { ...BASE, subjective: 'Fever', plan: 'Fluids', fee: '50.00' }
    const merged = mergeForm(typed({ subjective: 'Cough at night', fee: '50' }), BASE, now)
    expect(merged.taken).toEqual(['plan'])
    expect(merged.clashing).toEqual(['subjective'])
    expect(merged.form).toMatchObject({ subjective: 'Cough at night', plan: 'Fluids' })
    expect(withParts(merged.form, ['subjective'], now).subjective).toBe('Fever')
  })
})
