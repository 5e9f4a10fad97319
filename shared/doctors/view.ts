import type { DoctorRow, SignatureRow } from './repository.ts'
import type { Doctor, Signature, WorkingHours } from './schema.ts'

const hours = (stored: DoctorRow['working_hours']): WorkingHours =>
  typeof stored === 'string' ? (JSON.parse(stored) as WorkingHours) : stored

/** A row as staff see it. */
export const viewDoctor = (row: DoctorRow): Doctor => ({
  id: row.id,
  userId: row.user_id,
  code: row.code,
  name: row.name,
  specialty: row.specialty,
  mmcNumber: row.mmc_number,
  apcNumber: row.apc_number,
  room: row.room,
  workingHours: hours(row.working_hours),
  signatureId: row.signature_id,
  active: row.active === 1,
  version: row.version,
})

/** A picture as administrators see it; none where there is no row. */
export const viewSignature = (row: Omit<SignatureRow, 'id'> | undefined, version: number): Signature => ({
  image: row?.content ?? null,
  mediaType: (row?.media_type ?? null) as Signature['mediaType'],
  version,
})
