import { readRm, rmOf } from '../billing/amounts.ts'
import type { Medication, MedicationInput } from './types.ts'

/** A medicine as it is typed; an empty field is nothing. */
export interface MedicineForm {
  sku: string
  genericName: string
  brandName: string
  form: string
  strength: string
  unit: string
  category: string
  atcCode: string
  poisonGroup: string
  psychotropic: boolean
  sellingPrice: string
  costPrice: string
  reorderLevel: string
  active: boolean
}
export type MedicineField = keyof MedicineForm

export const formOf = (medicine: Medication | null): MedicineForm => ({
  sku: medicine?.sku ?? '',
  genericName: medicine?.genericName ?? '',
  brandName: medicine?.brandName ?? '',
  form: medicine?.form ?? '',
  strength: medicine?.strength ?? '',
  unit: medicine?.unit ?? '',
  category: medicine?.category ?? '',
  atcCode: medicine?.atcCode ?? '',
  poisonGroup: medicine?.poisonGroup ?? '',
  psychotropic: medicine?.psychotropic ?? false,
  sellingPrice: medicine?.sellingPrice ?? '',
  costPrice: medicine?.costPrice ?? '',
  reorderLevel: String(medicine?.reorderLevel ?? 0),
  active: medicine?.active ?? true,
})

const SKU = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$/
const ATC = /^[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$/
const WHOLE = /^(0|[1-9][0-9]{0,6})$/
const MAX_REORDER = 1_000_000

const isPrice = (text: string): boolean => readRm(text) !== null

/** The fields that cannot be sent as they are. */
export function faultsOf(form: MedicineForm): MedicineField[] {
  const level = form.reorderLevel.trim()
  const good: Partial<Record<MedicineField, boolean>> = {
    sku: SKU.test(form.sku.trim()),
    genericName: form.genericName.trim() !== '',
    unit: form.unit.trim() !== '',
    atcCode: form.atcCode.trim() === '' || ATC.test(form.atcCode.trim().toUpperCase()),
    sellingPrice: isPrice(form.sellingPrice),
    costPrice: form.costPrice.trim() === '' || isPrice(form.costPrice),
    reorderLevel: level === '' || (WHOLE.test(level) && Number(level) <= MAX_REORDER),
  }
  return (Object.keys(good) as MedicineField[]).filter((field) => !good[field])
}

const textOf = (text: string): string | null => text.trim() || null
const priceOf = (text: string): string => rmOf(readRm(text) ?? 0)

/** What is sent of a form without faults. */
export const bodyOf = (form: MedicineForm): MedicationInput => ({
  sku: form.sku.trim(),
  genericName: form.genericName.trim(),
  unit: form.unit.trim(),
  sellingPrice: priceOf(form.sellingPrice),
  brandName: textOf(form.brandName),
  form: textOf(form.form),
  strength: textOf(form.strength),
  category: textOf(form.category),
  atcCode: textOf(form.atcCode.toUpperCase()),
  poisonGroup: (textOf(form.poisonGroup) ?? null) as MedicationInput['poisonGroup'],
  psychotropic: form.psychotropic,
  costPrice: form.costPrice.trim() === '' ? null : priceOf(form.costPrice),
  reorderLevel: Number(form.reorderLevel.trim() || 0),
  active: form.active,
})

/** Only what differs from the medicine that was seen, so that what others change meanwhile stays. */
export function changesOf(form: MedicineForm, seen: Medication): Partial<MedicationInput> {
  const [now, before] = [bodyOf(form), bodyOf(formOf(seen))]
  const differs = ([field, value]: [string, unknown]): boolean =>
    before[field as keyof MedicationInput] !== value
  return Object.fromEntries(Object.entries(now).filter(differs))
}

/** The fields in which two states of a medicine differ. */
export function differing(a: Medication, b: Medication): MedicineField[] {
  const [one, other] = [formOf(a), formOf(b)]
  return (Object.keys(one) as MedicineField[]).filter((field) => one[field] !== other[field])
}

/** What a medicine is called on lists. */
export const titleOf = ({ genericName, brandName, strength, form }: Medication): string =>
  [genericName, brandName === null ? null : `(${brandName})`, strength, form].filter(Boolean).join(' ')
