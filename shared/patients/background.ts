import type { FieldFault } from '../errors/app-error.ts'
import { FIRST_DAY_ON, parseDay } from '../units/dates.ts'

/** What of a person's background the desk and the doctors write down; no import brings it. */
export interface Background {
  chronicConditions: string | null
  medicalHistory: string | null
  nextOfKin: string | null
  consentOn: string | null
}

const textOf = (given: string | null | undefined): string | null => given?.trim() || null

/** Reads the fields of a background; what is wrong with them is added to `faults`. */
export function readBackground(
  given: Partial<Record<keyof Background, string | null | undefined>>,
  todayOn: string,
  faults: FieldFault[],
): Background {
  const consent = textOf(given.consentOn)
  const consentOn = consent === null ? null : parseDay(consent)
  if (consent !== null && (consentOn === null || consentOn < FIRST_DAY_ON || consentOn > todayOn))
    faults.push({
      path: 'consentOn',
      message: 'The day of consent must be a real day, not in the future, YYYY-MM-DD or DD/MM/YYYY.',
      code: 'BAD_CONSENT_ON',
    })
  return {
    chronicConditions: textOf(given.chronicConditions),
    medicalHistory: textOf(given.medicalHistory),
    nextOfKin: textOf(given.nextOfKin),
    consentOn,
  }
}
