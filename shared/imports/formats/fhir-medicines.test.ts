import { expect, it } from 'vitest'
import {
  appointmentCells,
  medicationCells,
  medicationRequestCells,
  requestedMedication,
} from './fhir-medicines.ts'

it('a MedicationRequest names visit, medicine, quantity, dose, frequency and days', () => {
  const request = {
    resourceType: 'MedicationRequest',
    id: 'X1',
    medicationCodeableConcept: { coding: [{ code: 'RX005', display: 'Paracetamol 500 mg' }] },
    encounter: { reference: 'Encounter/V1' },
    dosageInstruction: [
      {
        text: '1 tab',
        timing: { code: { text: 'TDS' }, repeat: { boundsDuration: { value: 5, code: 'd' } } },
      },
    ],
    dispenseRequest: { quantity: { value: 15 } },
  }
  expect(medicationRequestCells(request)).toEqual(['X1', 'V1', 'RX005', '15', '1 tab', 'TDS', '5'])
  expect(requestedMedication(request)).toEqual(['RX005', 'Paracetamol 500 mg', '', 'unit', ''])
})

it('a dose in numbers, a timing that repeats and a supply in weeks are put in words', () => {
  const request = {
    id: 'X2',
    medicationReference: { reference: 'Medication/M1' },
    encounter: { reference: 'urn:uuid:V2' },
    dosageInstruction: [
      {
        timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: 2, unit: 'tablet' } }],
      },
    ],
    dispenseRequest: { expectedSupplyDuration: { value: 2, code: 'wk' } },
  }
  expect(medicationRequestCells(request)).toEqual(['X2', 'V2', 'M1', '', '2 tablet', '2 per 1 d', '14'])
  expect(requestedMedication(request)).toBeNull()
})

it('a Medication has the first code that there is, its form as the unit, and no price', () => {
  const medication = {
    resourceType: 'Medication',
    id: 'M1',
    code: {
      coding: [
        { display: 'no code' },
        { system: 'http://www.whocc.no/atc', code: 'N02BE01', display: 'Paracetamol' },
      ],
    },
    form: { text: 'tablet' },
  }
  expect(medicationCells(medication)).toEqual(['N02BE01', 'Paracetamol', 'tablet', 'tablet', 'N02BE01'])
})

it('an Appointment names patient, doctor, minutes and state; one that is none of ours is kept apart', () => {
  const appointment = {
    resourceType: 'Appointment',
    id: 'B1',
    status: 'noshow',
    start: '2026-12-08T01:30:00.000Z',
    end: '2026-12-08T01:45:00.000Z',
    description: 'Review',
    participant: [
      { actor: { reference: 'Patient/P1' } },
      { actor: { reference: 'Practitioner/9', identifier: { value: 'DR01' } } },
    ],
  }
  expect(appointmentCells(appointment)).toEqual([
    'B1',
    'P1',
    'DR01',
    '2026-12-08T01:30:00Z',
    '15',
    'Review',
    'no_show',
  ])
  expect(appointmentCells({ ...appointment, status: 'waitlist' })[6]).toBe('FHIR: waitlist')
})

it('trusts no shape', () => {
  for (const strange of [null, 1, 'x', [], { medicationCodeableConcept: { coding: 'x' }, participant: {} }]) {
    expect(medicationRequestCells(strange).every((cell) => typeof cell === 'string')).toBe(true)
    expect(medicationCells(strange).every((cell) => typeof cell === 'string')).toBe(true)
    expect(appointmentCells(strange).every((cell) => typeof cell === 'string')).toBe(true)
    expect(requestedMedication(strange)).toBeNull()
  }
})
