import { describe, expect, it } from 'vitest'
import { readFormulary } from '../medications/formulary.ts'
import { type DoseUnit, FORMS, formOf } from './forms.ts'
import { figure, labelText } from './label-text.ts'
import { type Dosed, quantityOf } from './quantity.ts'

const med = (form: string, strength: string | null, unit = form): Dosed => ({ form, strength, unit })
const TABLET = med('tablet', '500 mg')
const SYRUP = med('syrup', '120 mg/5 mL 60 mL', 'bottle')

describe('labels', () => {
  it('read as people write them', () => {
    const say = (medicine: Dosed, dosing: Parameters<typeof labelText>[1], atcCode: string | null = null) =>
      labelText({ ...medicine, atcCode }, dosing)
    expect(
      say(TABLET, { dose: 2, doseUnit: 'tablet', frequency: 'TDS', durationDays: 5, timing: 'after_food' }),
    ).toEqual({
      en: 'Take 2 tablets 3 times a day, after food, for 5 days.',
      ms: 'Makan 2 biji 3 kali sehari, selepas makan, selama 5 hari.',
    })
    expect(
      say(SYRUP, {
        dose: 5,
        doseUnit: 'ml',
        frequency: 'Q6H',
        asNeeded: true,
        maxPerDay: 4,
        durationDays: 3,
      }),
    ).toEqual({
      en: 'Take 5 mL every 6 hours, when needed. Not more than 4 times a day.',
      ms: 'Minum 5 mL setiap 6 jam, apabila perlu. Jangan melebihi 4 kali sehari.',
    })
    expect(
      say(
        med('capsule', '500 mg'),
        { dose: 1, doseUnit: 'capsule', frequency: 'TDS', durationDays: 7 },
        'J01CA04',
      ),
    ).toEqual({
      en: 'Take 1 capsule 3 times a day, for 7 days. Complete the course.',
      ms: 'Makan 1 kapsul 3 kali sehari, selama 7 hari. Habiskan ubat ini.',
    })
    expect([figure(0.5), figure(1.5), figure(2), figure(0.3)]).toEqual(['½', '1½', '2', '0.3'])
  })

  it('knows every medicine that ships: a form of its own, and a quantity or a reason to ask', async () => {
    const unknown: string[] = []
    for (const row of await readFormulary()) {
      const form = formOf(row)
      expect(form, row.sku).not.toBe('other')
      const [doseUnit] = Object.keys(FORMS[form].units) as [DoseUnit]
      const dosing = { dose: 1, doseUnit, frequency: 'BD', durationDays: 3 } as const
      if (quantityOf(row, dosing) === null) unknown.push(`${row.form} ${row.strength}`)
    }
    expect(unknown).toEqual(['inhaler 18 mcg/dose', 'prefilled pen 0.3 mg'])
  })
})
