import { doseUnitsOf } from '../../../../../shared/prescriptions/rules.ts'
import { readSig } from './sig.ts'
import type { DosingInput, Frequency, LineInput, Medication } from './types.ts'

/** A line as it is typed; an empty text is "not said". */
export interface DosingForm {
  dose: string
  doseUnit: string
  frequency: string
  days: string
  timing: string
  maxPerDay: string
  quantity: string
  note: string
}

export const EMPTY_DOSING: DosingForm = {
  dose: '',
  doseUnit: '',
  frequency: '',
  days: '',
  timing: '',
  maxPerDay: '',
  quantity: '',
  note: '',
}

/** What is typed of a medicine first: the unit it is usually dosed in. */
export const startFor = (medication: Medication): DosingForm => ({
  ...EMPTY_DOSING,
  doseUnit: doseUnitsOf(medication)[0] ?? '',
})

/** A line that is there already, to be changed; the quantity is worked out anew unless it was said. */
export const dosingOf = (line: LineInput): DosingForm => ({
  dose: String(line.dose),
  doseUnit: line.doseUnit ?? '',
  frequency: line.frequency,
  days: line.durationDays == null ? '' : String(line.durationDays),
  timing: line.timing ?? '',
  maxPerDay: line.maxPerDay == null ? '' : String(line.maxPerDay),
  quantity: '',
  note: line.note ?? '',
})

/** The form with what was typed into the dose: the whole sig at once where it is one. */
export function withDose(form: DosingForm, text: string): DosingForm {
  const sig = readSig(text)
  if (sig === null || sig.frequency === null) return { ...form, dose: text }
  return { ...form, dose: sig.dose, frequency: sig.frequency, days: sig.days ?? form.days }
}

const whole = (text: string): number | null => (/^\d{1,5}$/.test(text.trim()) ? Number(text) : null)

/** Whether a frequency has days at all. */
export const hasDays = (frequency: string): boolean => frequency !== 'STAT'

/** What was typed as the API takes it; null as long as something is missing. */
export function readDosing(medicationId: string, form: DosingForm): DosingInput | null {
  const dose = /^\d{1,4}([.,]\d{1,3})?$/.test(form.dose.trim()) ? Number(form.dose.replace(',', '.')) : 0
  const days = whole(form.days)
  const maxPerDay = whole(form.maxPerDay)
  const quantity = whole(form.quantity)
  if (dose <= 0 || form.frequency === '') return null
  if (hasDays(form.frequency) && (days === null || days < 1)) return null
  if (form.frequency === 'PRN' && maxPerDay === null) return null
  return {
    medicationId,
    dose,
    frequency: form.frequency as Frequency,
    ...(form.doseUnit === '' ? {} : { doseUnit: form.doseUnit as NonNullable<DosingInput['doseUnit']> }),
    ...(form.timing === '' ? {} : { timing: form.timing as NonNullable<DosingInput['timing']> }),
    ...(hasDays(form.frequency) ? { durationDays: days } : {}),
    ...(maxPerDay === null ? {} : { maxPerDay }),
    ...(quantity === null || quantity === 0 ? {} : { quantity }),
    ...(form.note.trim() === '' ? {} : { note: form.note.trim() }),
  }
}
