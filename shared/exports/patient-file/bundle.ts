import { patientResource } from '../fhir.ts'
import { groupBy } from './group.ts'
import type { Consultation, PatientRecord, Person, Prescribed, Visit } from './record.ts'

type Resource = { resourceType: string; id?: string | undefined } & Record<string, unknown>

/** LOINC codes and UCUM units of what is measured. */
const VITALS: Readonly<Record<string, { code: string; name: string; unit: string; ucum: string }>> = {
  temperature: { code: '8310-5', name: 'Body temperature', unit: '°C', ucum: 'Cel' },
  pulse: { code: '8867-4', name: 'Heart rate', unit: '/min', ucum: '/min' },
  systolic: { code: '8480-6', name: 'Systolic blood pressure', unit: 'mmHg', ucum: 'mm[Hg]' },
  diastolic: { code: '8462-4', name: 'Diastolic blood pressure', unit: 'mmHg', ucum: 'mm[Hg]' },
  respiratoryRate: { code: '9279-1', name: 'Respiratory rate', unit: '/min', ucum: '/min' },
  oxygenSaturation: { code: '59408-5', name: 'Oxygen saturation', unit: '%', ucum: '%' },
  weight: { code: '29463-7', name: 'Body weight', unit: 'kg', ucum: 'kg' },
  height: { code: '8302-2', name: 'Body height', unit: 'cm', ucum: 'cm' },
  glucose: { code: '15074-8', name: 'Glucose', unit: 'mmol/L', ucum: 'mmol/L' },
  pain: { code: '72514-3', name: 'Pain severity', unit: '{score}', ucum: '{score}' },
}
const LOINC = 'http://loinc.org'
const UCUM = 'http://unitsofmeasure.org'
const ICD10 = 'http://hl7.org/fhir/sid/icd-10'

const clinicalStatus = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
}
const FIELD: Readonly<Record<string, keyof Person>> = {
  clinic_number: 'clinicNumber',
  external_id: 'externalId',
  id_type: 'idType',
  id_number: 'idNumber',
  date_of_birth: 'dateOfBirth',
  registered_at: 'registeredOn',
}

const codeOf = ({
  code,
  title,
  text,
}: {
  code: string | null
  title?: string | null
  text: string | null
}) => ({
  ...(code === null
    ? {}
    : { coding: [{ system: ICD10, code, ...(title == null ? {} : { display: title }) }] }),
  text: text ?? title ?? code ?? undefined,
})

const ENCOUNTER_STATUS: Readonly<Record<string, string>> = {
  completed: 'finished',
  cancelled: 'cancelled',
  no_show: 'cancelled',
}

function encounterOf(visit: Visit, subject: { reference: string }): Resource {
  return {
    resourceType: 'Encounter',
    id: `visit-${visit.visitId}`,
    status: ENCOUNTER_STATUS[visit.status ?? ''] ?? (visit.endedAt === null ? 'in-progress' : 'finished'),
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject,
    ...(visit.doctor === null ? {} : { participant: [{ individual: { display: visit.doctor } }] }),
    period: {
      start: visit.arrivedAt ?? visit.day,
      ...(visit.endedAt === null ? {} : { end: visit.endedAt }),
    },
    ...(visit.reason == null ? {} : { reasonCode: [{ text: visit.reason }] }),
  }
}

function vitalsOf({ visitId, vitals, signedAt }: Consultation, about: object): Resource[] {
  return Object.entries(vitals).flatMap(([name, value]) => {
    const known = VITALS[name]
    if (known === undefined) return []
    return {
      resourceType: 'Observation',
      id: `visit-${visitId}-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      status: 'final',
      category: [
        {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' },
          ],
        },
      ],
      code: { coding: [{ system: LOINC, code: known.code, display: known.name }], text: known.name },
      ...about,
      ...(signedAt === null ? {} : { effectiveDateTime: signedAt }),
      valueQuantity: { value, unit: known.unit, system: UCUM, code: known.ucum },
    }
  })
}

const MEDICATION_STATUS: Readonly<Record<string, string>> = { handed_over: 'completed', returned: 'stopped' }

function medicationOf(line: Prescribed, about: object): Resource {
  return {
    resourceType: 'MedicationRequest',
    id: `line-${line.lineId}`,
    status: MEDICATION_STATUS[line.status] ?? 'active',
    intent: 'order',
    medicationCodeableConcept: { text: line.medication },
    ...about,
    ...(line.orderedAt === null ? {} : { authoredOn: line.orderedAt }),
    dosageInstruction: [
      { text: line.instructions?.en || [line.dose, line.frequency].filter(Boolean).join(', ') || 'as told' },
    ],
    dispenseRequest: { quantity: { value: line.quantity } },
  }
}

const APPOINTMENT_STATUS: Readonly<Record<string, string>> = {
  booked: 'booked',
  arrived: 'arrived',
  done: 'fulfilled',
  cancelled: 'cancelled',
  no_show: 'noshow',
}

function* resourcesOf(record: PatientRecord): Generator<Resource> {
  const { person } = record
  const subject = { reference: `Patient/${person.clinicNumber}` }
  yield patientResource((key) => {
    const value = person[FIELD[key] ?? (key as keyof Person)]
    return value === null || value === undefined || value === '' ? undefined : value
  }) as Resource
  if (person.allergies != null && person.allergies !== '')
    yield {
      resourceType: 'AllergyIntolerance',
      id: `allergies-${person.id}`,
      code: { text: person.allergies },
      patient: subject,
    }
  const written = groupBy(record.consultations ?? [], ({ visitId }) => visitId)
  for (const visit of record.visits) {
    yield encounterOf(visit, subject)
    const about = { subject, encounter: { reference: `Encounter/visit-${visit.visitId}` } }
    for (const consultation of written.get(visit.visitId) ?? []) {
      yield* vitalsOf(consultation, about)
      for (const [at, diagnosis] of consultation.diagnoses.entries())
        yield {
          resourceType: 'Condition',
          id: `visit-${visit.visitId}-${at}`,
          clinicalStatus,
          code: codeOf(diagnosis),
          ...about,
          recordedDate: visit.day,
        }
    }
    const known = visit.imported?.diagnosis
    if (known !== undefined && (known.code !== null || known.text !== null))
      yield {
        resourceType: 'Condition',
        id: `visit-${visit.visitId}-0`,
        clinicalStatus,
        code: codeOf(known),
        ...about,
        recordedDate: visit.day,
      }
  }
  for (const [at, condition] of (record.conditions ?? []).entries())
    yield {
      resourceType: 'Condition',
      id: `condition-${at}`,
      code: codeOf(condition),
      subject,
      recordedDate: condition.recordedOn,
    }
  for (const line of record.prescriptions ?? [])
    yield medicationOf(line, { subject, encounter: { reference: `Encounter/visit-${line.visitId}` } })
  for (const [at, one] of (record.appointments ?? []).entries())
    yield {
      resourceType: 'Appointment',
      id: `appointment-${at}`,
      status: APPOINTMENT_STATUS[one.status] ?? 'booked',
      start: one.startAt,
      end: new Date(Date.parse(one.startAt) + one.minutes * 60_000).toISOString(),
      minutesDuration: one.minutes,
      participant: [
        { actor: subject, status: 'accepted' },
        { actor: { display: one.doctor }, status: 'accepted' },
      ],
    }
}

/**
 * What of a file FHIR R4 has resources for, as a Bundle: the patient, encounters, vitals, conditions, medicines,
 * appointments. `base` is the address before each resource's own.
 */
export function fileBundle(record: PatientRecord, base: string): Record<string, unknown> {
  return {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: record.about.madeAt,
    entry: [...resourcesOf(record)].map((resource) => ({
      fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
      resource,
    })),
  }
}
