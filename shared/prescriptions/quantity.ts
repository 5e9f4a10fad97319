import { type DoseUnit, FORMS, type Form, formOf, type Measure, SMALLEST, SPRAY_ML } from './forms.ts'
import { FREQUENCIES, type FrequencyCode } from './frequencies.ts'

/** How a medicine is to be taken, as far as its quantity is concerned. */
export interface Dosing {
  dose: number
  doseUnit: DoseUnit
  frequency: FrequencyCode
  /** Most doses in a day. */
  maxPerDay?: number | null | undefined
  /** Days; nothing for a single dose. */
  durationDays?: number | null | undefined
}

/** What of a medicine its dosing depends on. */
export interface Dosed {
  form: string | null
  strength: string | null
  unit: string
}

/** How many doses that is. */
export function dosesOf({ frequency, maxPerDay, durationDays }: Dosing): number {
  const { timesPerDay, everyDays } = FREQUENCIES[frequency]
  if (everyDays === 0) return 1
  const most = maxPerDay ?? Number.POSITIVE_INFINITY
  const aDay = frequency === 'PRN' ? Math.max(1, Math.floor(maxPerDay ?? 1)) : Math.min(timesPerDay, most)
  return Math.ceil((durationDays ?? 1) / everyDays) * aDay
}

const NUMBER = '([0-9]+(?:\\.[0-9]+)?)'
/** A size that stands by itself (`60 mL` in `120 mg/5 mL 60 mL`), not under a stroke. */
const alone = (unit: string) => new RegExp(`(?:^|[\\s,])${NUMBER}\\s*${unit}\\b(?!\\s*/)`, 'gi')
const UNDER_STROKE_ML = /\/\s*(?:([0-9]+(?:\.[0-9]+)?)\s*)?mL\b/i
const IU_PER_ML = new RegExp(`${NUMBER}\\s*IU\\s*/\\s*mL`, 'i')

const last = (text: string, pattern: RegExp): number | null => {
  const found = [...text.matchAll(pattern)].at(-1)
  return found === undefined ? null : Number(found[1])
}

const CONTENTS: Readonly<Record<Measure, (strength: string, form: Form) => number | null>> = {
  each: () => 1,
  ml: (strength, form) => {
    const own = last(strength, alone('mL'))
    if (own !== null || !form.singleUse) return own
    // an ampoule of `75 mg/3 mL` holds three millilitres, one of `50 mg/mL` holds one
    const found = UNDER_STROKE_ML.exec(strength)
    return found === null ? null : Number(found[1] ?? 1)
  },
  g: (strength) => last(strength, alone('g')),
  puff: (strength) => {
    const doses = last(strength, alone('(?:doses|puffs|actuations)'))
    const ml = last(strength, alone('mL'))
    return doses ?? (ml === null ? null : Math.floor(ml / SPRAY_ML))
  },
  iu: (strength) => {
    const perMl = IU_PER_ML.exec(strength)
    const ml = last(strength, alone('mL'))
    return perMl === null || ml === null ? null : Number(perMl[1]) * ml
  },
}

/** How much of its measure one unit of sale holds; null where its strength does not say. */
export function contentsOf(medicine: Dosed): number | null {
  const form: Form = FORMS[formOf(medicine)]
  const size = CONTENTS[form.measure](medicine.strength ?? '', form)
  return size === null || size <= 0 ? null : size
}

/** Doses and measures have three decimals at most: multiplied as whole numbers, nothing is lost. */
const MILLI = 1000
const milli = (value: number): number => Math.round(value * MILLI)

/**
 * Units of sale (tablets, bottles, tubes, inhalers …) that a dosing needs, whole ones, at least one. Null where it
 * cannot be known because the medicine does not say how much a unit holds.
 */
export function quantityOf(medicine: Dosed, dosing: Dosing): number | null {
  const form: Form = FORMS[formOf(medicine)]
  const measure = form.units[dosing.doseUnit]
  if (measure === undefined) return null
  const doses = dosesOf(dosing)
  if (form.singleUse && dosing.doseUnit === 'ampoule') return Math.ceil(dosing.dose) * doses
  const contents = contentsOf(medicine)
  if (contents === null) return null
  const perDose = milli(dosing.dose) * milli(measure)
  const perUnit = milli(contents) * MILLI
  const used = form.singleUse ? Math.ceil(perDose / perUnit) * doses : Math.ceil((perDose * doses) / perUnit)
  const lasts = form.openDays === undefined ? 0 : Math.ceil((dosing.durationDays ?? 1) / form.openDays)
  return Math.max(1, used, lasts)
}

/** What is wrong with a dose for a form, or null: a unit it is not given in, or a part that cannot be given. */
export function doseFault(medicine: Dosed, { dose, doseUnit }: Dosing): 'dose-unit' | 'dose-step' | null {
  const form: Form = FORMS[formOf(medicine)]
  if (form.units[doseUnit] === undefined) return 'dose-unit'
  return milli(dose) % milli(SMALLEST[doseUnit]) === 0 ? null : 'dose-step'
}
