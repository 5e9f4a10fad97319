import type { DoctorRow } from './repository.ts'
import type { Doctor, WorkingHours } from './schema.ts'

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
  active: row.active === 1,
  version: row.version,
})
