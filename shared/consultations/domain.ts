import type { AuditEntry } from '../audit/entry.ts'
import type { WriteDeps } from '../cache/writing.ts'
import type { Deps } from '../deps.ts'
import { doctorOfUser } from '../doctors/reads.ts'
import type { Doctor } from '../doctors/schema.ts'
import { AppError } from '../errors/app-error.ts'
import type { ConsultationRow } from './model.ts'
import { viewConsultation } from './view.ts'

/** Name of the domain in the cache: nothing of its own is kept there, but lists of others show what is signed. */
export const CONSULTATIONS = 'consultations'

export type ConsultationWriteDeps = WriteDeps & Pick<Deps, 'redis'>
export type Who = Omit<AuditEntry, 'action' | 'outcome'>

/** The doctor that a person is; nobody else may write, whatever the rights say. Throws `auth/forbidden`. */
export async function writingDoctor(deps: ConsultationWriteDeps, who: Who): Promise<Doctor> {
  const doctor = await doctorOfUser(deps, who.userId ?? '')
  if (doctor !== null) return doctor
  throw new AppError('auth/forbidden', {
    detail:
      'Your user is linked to no doctor who works here. An administrator links it under Admin, Doctors; then you can write consultations.',
  })
}

/** Throws `auth/forbidden` where a consultation is another doctor's. */
export function assertOwn(row: ConsultationRow, doctor: Doctor): void {
  if (row.doctor_id !== doctor.id)
    throw new AppError('auth/forbidden', { detail: 'This consultation is another doctor’s.' })
}

/** A refusal with the consultation as it is. */
export const stateError = (
  row: ConsultationRow,
  code: 'state/version' | 'state/conflict',
  detail?: string,
): AppError =>
  new AppError(code, {
    ...(detail === undefined ? {} : { detail }),
    extra: { current: viewConsultation(row) },
  })

/** What every audit entry about a consultation says. */
export const about = (
  who: Who,
  row: { id: string; patient_id: string },
  action: string,
  detail?: Record<string, unknown>,
): AuditEntry => ({
  ...who,
  action: `consultations.${action}`,
  entity: 'consultation',
  entityId: row.id,
  patientId: row.patient_id,
  outcome: 'ok',
  ...(detail === undefined ? {} : { detail }),
})
