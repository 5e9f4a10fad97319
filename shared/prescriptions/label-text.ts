import { type DoseUnit, FORMS, type Form, formOf } from './forms.ts'
import { FREQUENCIES, TIMINGS, type Timing } from './frequencies.ts'
import type { Dosed, Dosing } from './quantity.ts'

/** What a label says, in both languages. */
export interface LabelText {
  ms: string
  en: string
}

/** A dosing with everything its label says. */
export interface Labelled extends Dosing {
  asNeeded?: boolean | undefined
  timing?: Timing | null | undefined
}

/** Units in words: English one and many, Malay (which has no plural). */
const UNIT_WORDS: Readonly<Record<DoseUnit, readonly [one: string, many: string, ms: string]>> = {
  tablet: ['tablet', 'tablets', 'biji'],
  capsule: ['capsule', 'capsules', 'kapsul'],
  lozenge: ['lozenge', 'lozenges', 'biji'],
  sachet: ['sachet', 'sachets', 'paket'],
  suppository: ['suppository', 'suppositories', 'supositori'],
  pessary: ['pessary', 'pessaries', 'pesari'],
  patch: ['patch', 'patches', 'keping'],
  ampoule: ['ampoule', 'ampoules', 'ampul'],
  syringe: ['syringe', 'syringes', 'picagari'],
  piece: ['unit', 'units', 'unit'],
  ml: ['mL', 'mL', 'mL'],
  drop: ['drop', 'drops', 'titik'],
  puff: ['puff', 'puffs', 'semburan'],
  g: ['g', 'g', 'g'],
  application: ['application', 'applications', 'sapuan'],
  iu: ['unit', 'units', 'unit'],
}

const PARTS: Readonly<Record<string, string>> = { '0.25': '¼', '0.5': '½', '0.75': '¾' }

/** A number as a label says it: quarters and halves as such, everything else in figures. */
export function figure(value: number): string {
  const whole = Math.trunc(value)
  const part = PARTS[String(value - whole)]
  if (part !== undefined) return whole === 0 ? part : `${whole}${part}`
  return String(value)
}

/** What some groups of medicines need said, by the beginning of their ATC code. */
const CAUTIONS: readonly (readonly [atc: string, en: string, ms: string])[] = [
  ['J01', 'Complete the course', 'Habiskan ubat ini'],
  ['R06AA', 'May cause drowsiness', 'Boleh menyebabkan mengantuk'],
  ['R06AB', 'May cause drowsiness', 'Boleh menyebabkan mengantuk'],
  ['R06AD', 'May cause drowsiness', 'Boleh menyebabkan mengantuk'],
  ['N02A', 'May cause drowsiness', 'Boleh menyebabkan mengantuk'],
  ['N05', 'May cause drowsiness', 'Boleh menyebabkan mengantuk'],
  ['M03', 'May cause drowsiness', 'Boleh menyebabkan mengantuk'],
]

const said = (parts: readonly (string | null | undefined)[]): string =>
  parts.filter((part) => typeof part === 'string' && part !== '').join(', ')

const sentences = (parts: readonly (string | null | undefined)[]): string =>
  parts
    .filter((part) => typeof part === 'string' && part !== '')
    .map((part) => `${part}.`)
    .join(' ')

/** The instructions of a dosing as they stand on the label, generated from the same tables as the quantity. */
export function labelText(medicine: Dosed & { atcCode: string | null }, dosing: Labelled): LabelText {
  const { dose, doseUnit, frequency, durationDays, maxPerDay, asNeeded, timing } = dosing
  const form: Form = FORMS[formOf(medicine)]
  const often = FREQUENCIES[frequency]
  const [one, many, ms] = UNIT_WORDS[doseUnit]
  const amount = figure(dose)
  const isOnce = often.everyDays === 0
  const needed = asNeeded === true && frequency !== 'PRN' && !isOnce
  const most = maxPerDay != null && (frequency === 'PRN' || needed) ? Math.floor(maxPerDay) : null
  const days = isOnce || frequency === 'PRN' || needed ? null : (durationDays ?? null)
  const caution = CAUTIONS.find(([atc]) => medicine.atcCode?.startsWith(atc))
  return {
    en: sentences([
      said([
        `${form.en.replace('{n}', `${amount} ${dose > 1 ? many : one}`)} ${often.en}`,
        needed ? 'when needed' : null,
        timing == null ? null : TIMINGS[timing].en,
        days === null ? null : `for ${days} ${days === 1 ? 'day' : 'days'}`,
      ]),
      most === null ? null : `Not more than ${most} ${most === 1 ? 'time' : 'times'} a day`,
      caution?.[1],
    ]),
    ms: sentences([
      said([
        `${form.ms.replace('{n}', `${amount} ${ms}`)} ${often.ms}`,
        needed ? 'apabila perlu' : null,
        timing == null ? null : TIMINGS[timing].ms,
        days === null ? null : `selama ${days} hari`,
      ]),
      most === null ? null : `Jangan melebihi ${most} kali sehari`,
      caution?.[2],
    ]),
  }
}
