import { instant } from './fhir-clinical.ts'
import { at, elements, externalIdOf, type Json, member, referenceTo, text } from './fhir-values.ts'

/** Fields that a Medication can give, in the order of {@link medicationCells}; it brings no price. */
export const MEDICATION_COLUMNS = ['sku', 'generic_name', 'form', 'unit', 'atc_code'] as const

const ATC = 'http://www.whocc.no/atc'
/** What a medicine is counted in where nothing is said of that. */
const UNIT = 'unit'
const MOST_FORM_CHARS = 40

/** What codes a medicine: of several codings the first one that has a code. */
const codingOf = (concept: Json): Json =>
  elements(member(concept, 'coding')).find((coding) => text(member(coding, 'code')) !== '')

const nameOf = (concept: Json): string =>
  text(member(concept, 'text')) || text(member(codingOf(concept), 'display'))

const atcOf = (concept: Json): string => {
  const found = elements(member(concept, 'coding')).find((coding) => member(coding, 'system') === ATC)
  return text(member(found, 'code'))
}

function cellsOf(sku: string, concept: Json, form: string): string[] {
  return [sku, nameOf(concept) || sku, form, form === '' ? UNIT : form, atcOf(concept)]
}

/** The cells of a FHIR R4 Medication. */
export function medicationCells(medication: Json): string[] {
  const concept = member(medication, 'code')
  const form = text(at(medication, 'form', 'text')) || text(at(medication, 'form', 'coding', 0, 'display'))
  const sku = text(member(codingOf(concept), 'code')) || externalIdOf(medication)
  return cellsOf(sku, concept, form.slice(0, MOST_FORM_CHARS))
}

/** What a MedicationRequest says of its medicine, as the cells of a Medication; null where it only refers to one. */
export function requestedMedication(request: Json): string[] | null {
  const concept = member(request, 'medicationCodeableConcept')
  const sku = text(member(codingOf(concept), 'code'))
  return sku === '' ? null : cellsOf(sku, concept, '')
}

/** Fields that a MedicationRequest can give, in the order of {@link medicationRequestCells}; it brings no prices. */
export const MEDICATION_REQUEST_COLUMNS = [
  'external_id',
  'visit_external_id',
  'medication_sku',
  'quantity',
  'dosage',
  'frequency',
  'duration_days',
] as const

/** Days in a FHIR unit of time; shorter ones are no days. */
const DAYS = new Map([
  ['d', 1],
  ['wk', 7],
  ['mo', 30],
  ['a', 365],
])

function daysOf(value: Json, unit: Json): string {
  const days = DAYS.get(text(unit))
  const count = Number(text(value))
  return days === undefined || !(count > 0) ? '' : String(Math.ceil(count * days))
}

function dosageOf(instruction: Json): string {
  const said = text(member(instruction, 'text'))
  if (said !== '') return said
  const dose = at(instruction, 'doseAndRate', 0, 'doseQuantity')
  return [text(member(dose, 'value')), text(member(dose, 'unit'))].filter((part) => part !== '').join(' ')
}

/** `2 per 1 d`, or what the timing is called. */
function frequencyOf(timing: Json): string {
  const called = text(at(timing, 'code', 'text')) || text(at(timing, 'code', 'coding', 0, 'code'))
  if (called !== '') return called
  const repeat = member(timing, 'repeat')
  const [often, period, unit] = ['frequency', 'period', 'periodUnit'].map((name) =>
    text(member(repeat, name)),
  )
  return often && period && unit ? `${often} per ${period} ${unit}` : ''
}

/** The cells of a FHIR R4 MedicationRequest. */
export function medicationRequestCells(request: Json): string[] {
  const instruction = at(request, 'dosageInstruction', 0)
  const timing = member(instruction, 'timing')
  const supply = at(request, 'dispenseRequest', 'expectedSupplyDuration')
  const bounds = at(timing, 'repeat', 'boundsDuration')
  return [
    externalIdOf(request),
    referenceTo('Encounter', member(request, 'encounter')),
    text(member(codingOf(member(request, 'medicationCodeableConcept')), 'code')) ||
      referenceTo('Medication', member(request, 'medicationReference')),
    text(at(request, 'dispenseRequest', 'quantity', 'value')),
    dosageOf(instruction),
    frequencyOf(timing),
    daysOf(member(supply, 'value'), member(supply, 'code') ?? member(supply, 'unit')) ||
      daysOf(member(bounds, 'value'), member(bounds, 'code') ?? member(bounds, 'unit')),
  ]
}

/** Fields that an Appointment can give, in the order of {@link appointmentCells}. */
export const APPOINTMENT_COLUMNS = [
  'external_id',
  'patient_external_id',
  'doctor_code',
  'start_at',
  'minutes',
  'reason',
  'status',
] as const

const APPOINTMENT_STATUSES = new Map([
  ['proposed', 'booked'],
  ['pending', 'booked'],
  ['booked', 'booked'],
  ['arrived', 'arrived'],
  ['checked-in', 'arrived'],
  ['fulfilled', 'done'],
  ['cancelled', 'cancelled'],
  ['noshow', 'no_show'],
])
const MINUTE_MS = 60_000

/** Minutes as they are said, else from beginning to end. */
function minutesOf(appointment: Json): string {
  const said = text(member(appointment, 'minutesDuration'))
  if (said !== '') return said
  const [start, end] = ['start', 'end'].map((name) => Date.parse(text(member(appointment, name)))) as [
    number,
    number,
  ]
  return Number.isNaN(end - start) ? '' : String((end - start) / MINUTE_MS)
}

/** The cells of a FHIR R4 Appointment. */
export function appointmentCells(appointment: Json): string[] {
  const actors = elements(member(appointment, 'participant')).map((each) => member(each, 'actor'))
  const patient = actors.map((actor) => referenceTo('Patient', actor)).find((id) => id !== '')
  const doctor = actors.find((actor) => /(?:^|\/)Practitioner\//.test(text(member(actor, 'reference'))))
  const coded = actors.map((actor) => text(at(actor, 'identifier', 'value'))).find((code) => code !== '')
  const status = text(member(appointment, 'status'))
  return [
    externalIdOf(appointment),
    patient ?? '',
    coded ?? referenceTo('Practitioner', doctor),
    instant(member(appointment, 'start')),
    minutesOf(appointment),
    text(member(appointment, 'description')) || text(at(appointment, 'reasonCode', 0, 'text')),
    APPOINTMENT_STATUSES.get(status) ?? (status === '' ? '' : `FHIR: ${status}`),
  ]
}
