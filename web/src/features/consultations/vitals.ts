import type { Vitals } from './types.ts'

export type Vital = keyof Vitals

interface VitalField {
  name: Vital
  unit: string
  /** What a living body or the scale can show; the server accepts nothing outside. */
  min: number
  max: number
  /** Whether it is counted in whole numbers. */
  whole: boolean
}

/** In the order in which they are taken. */
export const VITALS: readonly VitalField[] = [
  { name: 'temperature', unit: '°C', min: 30, max: 45, whole: false },
  { name: 'pulse', unit: '/min', min: 20, max: 300, whole: true },
  { name: 'systolic', unit: 'mmHg', min: 40, max: 300, whole: true },
  { name: 'diastolic', unit: 'mmHg', min: 20, max: 200, whole: true },
  { name: 'respiratoryRate', unit: '/min', min: 4, max: 80, whole: true },
  { name: 'oxygenSaturation', unit: '%', min: 30, max: 100, whole: true },
  { name: 'weight', unit: 'kg', min: 0.3, max: 400, whole: false },
  { name: 'height', unit: 'cm', min: 20, max: 260, whole: false },
  { name: 'glucose', unit: 'mmol/L', min: 0.5, max: 60, whole: false },
  { name: 'pain', unit: '0–10', min: 0, max: 10, whole: true },
]

/** What was typed, by name; an empty text is "not measured". */
export type VitalTexts = Partial<Record<Vital, string>>

export const textsOfVitals = (vitals: Vitals): VitalTexts =>
  Object.fromEntries(
    VITALS.flatMap(({ name }) => (vitals[name] == null ? [] : [[name, String(vitals[name])]])),
  )

/** The number of one field, null where nothing was typed, undefined where it cannot be right. */
function readVital({ min, max, whole }: VitalField, text: string): number | null | undefined {
  const typed = text.trim().replace(',', '.')
  if (typed === '') return null
  if (!/^\d{1,3}(\.\d{0,2})?$/.test(typed)) return undefined
  const value = Number(typed)
  return value < min || value > max || (whole && !Number.isInteger(value)) ? undefined : value
}

/** What was measured, and the fields that cannot be right; those are not sent until they are. */
export function readVitals(texts: VitalTexts): { vitals: Vitals; faults: Vital[] } {
  const vitals: Vitals = {}
  const faults: Vital[] = []
  for (const field of VITALS) {
    const value = readVital(field, texts[field.name] ?? '')
    if (value === undefined) faults.push(field.name)
    else if (value !== null) vitals[field.name] = value
  }
  const { systolic, diastolic } = vitals
  if (systolic != null && diastolic != null && systolic <= diastolic) faults.push('diastolic')
  return { vitals, faults }
}

const CM_PER_M = 100
const DECIMALS = 10

/** Body mass index in kg/m² with one decimal, or null. */
export function bodyMassIndex({ weight, height }: Vitals): number | null {
  if (weight == null || height == null) return null
  const metres = height / CM_PER_M
  return Math.round((weight / (metres * metres)) * DECIMALS) / DECIMALS
}
