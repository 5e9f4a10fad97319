import { at, externalIdOf, type Json, member, referenceTo, text } from './fhir-values.ts'

/** Fields that an Encounter can give, in the order of {@link encounterCells}. */
export const ENCOUNTER_COLUMNS = [
  'external_id',
  'patient_external_id',
  'visit_at',
  'doctor_code',
  'status',
  'diagnosis_code',
  'diagnosis_text',
] as const

const STATUSES = new Map([
  ['finished', 'completed'],
  ['cancelled', 'cancelled'],
])

/** FHIR's word in ours; any other is kept apart from ours, so that it is refused even where it looks like one. */
function statusOf(value: Json): string {
  const said = text(value)
  return STATUSES.get(said) ?? (said === '' ? '' : `FHIR: ${said}`)
}

/** The cells of a FHIR R4 Encounter, which brings no amounts. */
export function encounterCells(encounter: Json): string[] {
  const reason = at(encounter, 'reasonCode', 0)
  const coding = at(reason, 'coding', 0)
  return [
    externalIdOf(encounter),
    referenceTo('Patient', member(encounter, 'subject')),
    instant(at(encounter, 'period', 'start')),
    text(at(encounter, 'participant', 0, 'individual', 'identifier', 'value')),
    statusOf(member(encounter, 'status')),
    text(member(coding, 'code')),
    text(member(coding, 'display')) || text(member(reason, 'text')),
  ]
}

/** An instant without the parts of a second, which FHIR allows and nobody at a desk needs. */
export const instant = (value: Json): string => text(value).replace(/(T\d{2}:\d{2}:\d{2})\.\d+/, '$1')

/** Fields that a Condition can give, in the order of {@link conditionCells}. */
export const CONDITION_COLUMNS = [
  'external_id',
  'patient_external_id',
  'recorded_on',
  'code',
  'text',
  'status',
] as const

/** The cells of a FHIR R4 Condition. */
export function conditionCells(condition: Json): string[] {
  const recorded = text(member(condition, 'recordedDate')) || text(member(condition, 'onsetDateTime'))
  const coding = at(condition, 'code', 'coding', 0)
  return [
    externalIdOf(condition),
    referenceTo('Patient', member(condition, 'subject')),
    clinicDate(recorded),
    text(member(coding, 'code')),
    text(at(condition, 'code', 'text')) || text(member(coding, 'display')),
    text(at(condition, 'clinicalStatus', 'coding', 0, 'code')),
  ]
}

const CLINIC_OFFSET_MS = 8 * 60 * 60 * 1000
const DATE_CHARS = 10

/** The clinic's day of a FHIR date or instant; a text that is neither stays. */
function clinicDate(value: string): string {
  if (!value.includes('T')) return value
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) return value
  return new Date(ms + CLINIC_OFFSET_MS).toISOString().slice(0, DATE_CHARS)
}
