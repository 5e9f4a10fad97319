export { APPOINTMENT_STATUSES, type AppointmentStatus } from '../../../../shared/appointments/rules.ts'
export type { Appointment, AppointmentList, Arrival } from '../../../../shared/appointments/schema.ts'
