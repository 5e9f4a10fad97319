import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DoseUnit, FORMS, type FormName, formOf, SMALLEST } from './forms.ts'
import { FREQUENCIES, FREQUENCY_CODES, TIMING_CODES } from './frequencies.ts'
import { labelText } from './label-text.ts'
import { contentsOf, type Dosed, type Dosing, doseFault, dosesOf, quantityOf } from './quantity.ts'

const med = (form: string, strength: string | null, unit = form): Dosed => ({ form, strength, unit })
const TABLET = med('tablet', '500 mg')
const SYRUP = med('syrup', '120 mg/5 mL 60 mL', 'bottle')

describe('quantities', () => {
  const table: [string, Dosed, Dosing, number | null][] = [
    [
      '2 tablets QID for 5 days',
      TABLET,
      { dose: 2, doseUnit: 'tablet', frequency: 'QID', durationDays: 5 },
      40,
    ],
    [
      'half a tablet OD for 5 days',
      TABLET,
      { dose: 0.5, doseUnit: 'tablet', frequency: 'OD', durationDays: 5 },
      3,
    ],
    ['a tablet at once', TABLET, { dose: 1, doseUnit: 'tablet', frequency: 'STAT' }, 1],
    [
      'every other day for 7 days',
      TABLET,
      { dose: 1, doseUnit: 'tablet', frequency: 'EOD', durationDays: 7 },
      4,
    ],
    ['weekly for 28 days', TABLET, { dose: 1, doseUnit: 'tablet', frequency: 'WEEKLY', durationDays: 28 }, 4],
    [
      'when needed, at most 4 a day, 3 days',
      TABLET,
      { dose: 1, doseUnit: 'tablet', frequency: 'PRN', maxPerDay: 4, durationDays: 3 },
      12,
    ],
    [
      '4-hourly, at most 4 a day, 3 days',
      TABLET,
      { dose: 1, doseUnit: 'tablet', frequency: 'Q4H', maxPerDay: 4, durationDays: 3 },
      12,
    ],
    [
      'capsules',
      med('capsule', '250 mg'),
      { dose: 2, doseUnit: 'capsule', frequency: 'TDS', durationDays: 7 },
      42,
    ],
    [
      '5 mL TDS for 4 days is one bottle',
      SYRUP,
      { dose: 5, doseUnit: 'ml', frequency: 'TDS', durationDays: 4 },
      1,
    ],
    ['and for 5 days two', SYRUP, { dose: 5, doseUnit: 'ml', frequency: 'TDS', durationDays: 5 }, 2],
    [
      '2.5 mL TDS for 8 days is exactly a bottle',
      SYRUP,
      { dose: 2.5, doseUnit: 'ml', frequency: 'TDS', durationDays: 8 },
      1,
    ],
    [
      'a syrup that says no size',
      med('syrup', '5 mg/5 mL', 'bottle'),
      { dose: 5, doseUnit: 'ml', frequency: 'OD', durationDays: 3 },
      null,
    ],
    [
      'oral drops',
      med('drops', '100 mg/mL 15 mL', 'bottle'),
      { dose: 0.6, doseUnit: 'ml', frequency: 'QID', durationDays: 7 },
      2,
    ],
    [
      'eye drops',
      med('eye drops', '0.5% 10 mL', 'bottle'),
      { dose: 2, doseUnit: 'drop', frequency: 'QID', durationDays: 7 },
      1,
    ],
    [
      'eye drops are good for 28 days once open',
      med('eye drops', '0.5% 10 mL', 'bottle'),
      { dose: 1, doseUnit: 'drop', frequency: 'BD', durationDays: 56 },
      2,
    ],
    [
      'cream',
      med('cream', '1% 15 g', 'tube'),
      { dose: 1, doseUnit: 'application', frequency: 'BD', durationDays: 14 },
      1,
    ],
    [
      'much cream',
      med('cream', '1% 15 g', 'tube'),
      { dose: 4, doseUnit: 'application', frequency: 'BD', durationDays: 14 },
      4,
    ],
    [
      'inhaler',
      med('inhaler', '100 mcg/dose 200 doses'),
      { dose: 2, doseUnit: 'puff', frequency: 'QID', durationDays: 30 },
      2,
    ],
    [
      'inhaler that says no doses',
      med('inhaler', '18 mcg/dose'),
      { dose: 1, doseUnit: 'puff', frequency: 'OD', durationDays: 30 },
      null,
    ],
    [
      'nasal spray',
      med('nasal spray', '0.05% 15 mL', 'bottle'),
      { dose: 2, doseUnit: 'puff', frequency: 'BD', durationDays: 5 },
      1,
    ],
    [
      'sachets',
      med('sachet', '200 mg'),
      { dose: 1, doseUnit: 'sachet', frequency: 'TDS', durationDays: 3 },
      9,
    ],
    [
      'suppositories',
      med('suppository', '125 mg', 'piece'),
      { dose: 1, doseUnit: 'suppository', frequency: 'PRN', maxPerDay: 2, durationDays: 2 },
      4,
    ],
    [
      'an ampoule of 3 mL',
      med('injection', '75 mg/3 mL', 'ampoule'),
      { dose: 3, doseUnit: 'ml', frequency: 'STAT' },
      1,
    ],
    [
      '1.5 mL of ampoules of 1 mL, twice',
      med('injection', '50 mg/mL', 'ampoule'),
      { dose: 1.5, doseUnit: 'ml', frequency: 'BD', durationDays: 1 },
      4,
    ],
    [
      'half an ampoule BD uses one each',
      med('injection', '500 mg', 'ampoule'),
      { dose: 0.5, doseUnit: 'ampoule', frequency: 'BD', durationDays: 2 },
      4,
    ],
    [
      'patches weekly',
      med('patch', '5 mcg/h'),
      { dose: 1, doseUnit: 'patch', frequency: 'WEEKLY', durationDays: 28 },
      4,
    ],
    [
      'insulin: 20 units a day, pens of 300',
      med('prefilled pen', '100 IU/mL 3 mL', 'pen'),
      { dose: 20, doseUnit: 'iu', frequency: 'ON', durationDays: 30 },
      2,
    ],
    [
      'a unit the form is not given in',
      TABLET,
      { dose: 5, doseUnit: 'ml', frequency: 'OD', durationDays: 1 },
      null,
    ],
  ]
  it.each(table)('%s', (_, medicine, dosing, expected) => {
    expect(quantityOf(medicine, dosing)).toBe(expected)
  })

  it('tablets are broken into quarters, capsules are not, drops are whole', () => {
    const of = (medicine: Dosed, dose: number, doseUnit: DoseUnit) =>
      doseFault(medicine, { dose, doseUnit, frequency: 'OD', durationDays: 1 })
    expect(of(TABLET, 0.25, 'tablet')).toBeNull()
    expect(of(TABLET, 0.3, 'tablet')).toBe('dose-step')
    expect(of(med('capsule', null), 0.5, 'capsule')).toBe('dose-step')
    expect(of(SYRUP, 7.5, 'ml')).toBeNull()
    expect(of(SYRUP, 1, 'tablet')).toBe('dose-unit')
    expect(of(med('eye drops', null), 1.5, 'drop')).toBe('dose-step')
  })

  it('knows the form of what price lists call otherwise', () => {
    const named = (form: string | null, unit = 'x') => formOf({ form, unit })
    expect(named('Film-coated Tab')).toBe('tablet')
    expect(named('Oral Suspension')).toBe('syrup')
    expect(named('Eye/Ear drops')).toBe('eye drops')
    expect(named('MDI inhaler')).toBe('inhaler')
    expect(named(null, 'capsule')).toBe('capsule')
    expect(named('wound dressing', 'box')).toBe('other')
  })
})

const medicines = fc.constantFrom<[FormName, string]>(
  ['tablet', '500 mg'],
  ['capsule', '250 mg'],
  ['syrup', '120 mg/5 mL 60 mL'],
  ['eye drops', '0.5% 10 mL'],
  ['cream', '1% 15 g'],
  ['inhaler', '100 mcg/dose 200 doses'],
  ['injection', '75 mg/3 mL'],
  ['prefilled pen', '100 IU/mL 3 mL'],
  ['suppository', '125 mg'],
)
const dosings = medicines.chain(([form, strength]) =>
  fc.record({
    medicine: fc.constant(med(form, strength)),
    dosing: fc
      .record({
        doseUnit: fc.constantFrom(...(Object.keys(FORMS[form].units) as DoseUnit[])),
        steps: fc.integer({ min: 1, max: 80 }),
        frequency: fc.constantFrom(...FREQUENCY_CODES),
        durationDays: fc.integer({ min: 1, max: 90 }),
        maxPerDay: fc.integer({ min: 1, max: 12 }),
        asNeeded: fc.boolean(),
        timing: fc.constantFrom(...TIMING_CODES, null),
      })
      .map(({ steps, ...rest }) => ({
        ...rest,
        dose: Math.round(steps * SMALLEST[rest.doseUnit] * 1000) / 1000,
      })),
  }),
)

describe('whatever is prescribed', () => {
  it('there is enough of it, and one unit of sale less would not be', () => {
    fc.assert(
      fc.property(dosings, ({ medicine, dosing }) => {
        const form = FORMS[formOf(medicine)] as (typeof FORMS)['injection']
        const quantity = quantityOf(medicine, dosing) as number
        expect(Number.isInteger(quantity) && quantity >= 1).toBe(true)
        expect(doseFault(medicine, dosing)).toBeNull()
        if (form.singleUse || 'openDays' in form) return
        const measure = (form.units as Record<string, number>)[dosing.doseUnit] as number
        const needed = dosing.dose * measure * dosesOf(dosing)
        const contents = contentsOf(medicine) as number
        expect(quantity * contents).toBeGreaterThanOrEqual(needed - 1e-6)
        if (quantity > 1) expect((quantity - 1) * contents).toBeLessThan(needed)
      }),
    )
  })

  it('longer, oftener or more never needs less', () => {
    fc.assert(
      fc.property(dosings, fc.integer({ min: 1, max: 30 }), ({ medicine, dosing }, more) => {
        const quantity = quantityOf(medicine, dosing) as number
        const longer = { ...dosing, durationDays: dosing.durationDays + more }
        const bigger = { ...dosing, dose: dosing.dose + more }
        const oftener = { ...dosing, maxPerDay: dosing.maxPerDay + more }
        for (const each of [longer, bigger, oftener])
          expect(quantityOf(medicine, each)).toBeGreaterThanOrEqual(quantity)
      }),
    )
  })

  it('the label says dose, frequency and most a day in both languages, and leaves no gap', () => {
    fc.assert(
      fc.property(dosings, ({ medicine, dosing }) => {
        const { ms, en } = labelText({ ...medicine, atcCode: null }, dosing)
        const often = FREQUENCIES[dosing.frequency]
        expect(ms).toContain(often.ms)
        expect(en).toContain(often.en)
        for (const text of [ms, en]) {
          expect(text).not.toMatch(/\{n\}|undefined|null|NaN| {2}/)
          expect(text.length).toBeLessThanOrEqual(200)
          expect(text.endsWith('.')).toBe(true)
          if (dosing.frequency === 'PRN') expect(text).toContain(String(dosing.maxPerDay))
        }
      }),
    )
  })
})
