import { AppError, type FieldFault } from '../errors/app-error.ts'
import { type MedicationRow, titleOf } from '../medications/reads.ts'
import { senOf } from '../medications/rules.ts'
import { type DoseUnit, FORMS, type Form, formOf, type RouteCode } from './forms.ts'
import { labelText } from './label-text.ts'
import { doseFault, quantityOf } from './quantity.ts'
import type { OrderColumns } from './repository.ts'
import type { DosingInput } from './schema.ts'

const MAX_QUANTITY = 10_000

const FAULTS = {
  'dose-unit': ['doseUnit', 'This medicine is not given in that unit'],
  'dose-step': ['dose', 'This part of a dose cannot be given'],
} as const

/** A dosing with nothing left out. */
type Full = DosingInput & { doseUnit: DoseUnit; route: RouteCode }

/** What is missing or wrong with a dosing for its medicine. */
function faultsOf(medicine: MedicationRow, form: Form, input: Full) {
  const faults: [path: string, message: string][] = []
  if (medicine.active === 0) faults.push(['medicationId', 'This medicine is no longer in use'])
  const fault = doseFault(medicine, input)
  if (fault !== null) faults.push([...FAULTS[fault]])
  if (!form.routes.includes(input.route)) faults.push(['route', 'This medicine is not given that way'])
  if (input.frequency === 'PRN' && input.maxPerDay == null)
    faults.push(['maxPerDay', 'Say how often a day at most'])
  if (input.frequency !== 'STAT' && input.durationDays == null)
    faults.push(['durationDays', 'Say for how many days'])
  return faults
}

/**
 * A dosing as it is stored: what was left out filled in from the dose form, the quantity worked out, the label written,
 * the price of today. Throws `rule/broken` naming the fields under `path`.
 */
export function judgeOrder(
  medicine: MedicationRow | undefined,
  input: DosingInput,
  path: string,
): OrderColumns {
  const refuse = (faults: readonly (readonly [string, string])[]): never => {
    const errors: FieldFault[] = faults.map(([field, message]) => ({ path: `${path}${field}`, message }))
    throw new AppError('rule/broken', { errors })
  }
  if (medicine === undefined) return refuse([['medicationId', 'There is no such medicine']])
  const form: Form = FORMS[formOf(medicine)]
  const [usual] = Object.keys(form.units) as [DoseUnit]
  const route: RouteCode = input.route ?? form.routes[0]
  const full = { ...input, doseUnit: input.doseUnit ?? usual, route }
  const faults = faultsOf(medicine, form, full)
  if (faults.length > 0) return refuse(faults)
  const quantity = input.quantity ?? quantityOf(medicine, full)
  if (quantity === null) return refuse([['quantity', 'Cannot be worked out for this medicine; say how many']])
  if (quantity > MAX_QUANTITY) return refuse([['quantity', 'Is more than anybody is given']])
  const label = labelText({ ...medicine, atcCode: medicine.atc_code }, full)
  return {
    medication_id: medicine.id,
    description: titleOf(medicine),
    dose: String(input.dose),
    dose_unit: full.doseUnit,
    route,
    frequency: input.frequency,
    timing: input.timing ?? null,
    as_needed: Number(input.asNeeded === true || input.frequency === 'PRN'),
    max_per_day: input.maxPerDay ?? null,
    duration_days: input.frequency === 'STAT' ? null : (input.durationDays ?? null),
    quantity,
    instructions_ms: label.ms,
    instructions_en: label.en,
    note: input.note ?? null,
    unit_price_sen: senOf(medicine.selling_price),
  }
}
