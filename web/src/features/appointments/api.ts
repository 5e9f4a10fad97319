import { request } from '../../lib/http.ts'
import type { Appointment, AppointmentList, AppointmentStatus, Arrival } from './types.ts'

export const appointmentKeys = {
  all: ['appointments'],
  days: (from: string, to: string, doctorId: string | null) => ['appointments', 'days', from, to, doctorId],
  free: (doctorId: string, day: string, minutes: number, step: number) => [
    'appointments',
    'free',
    doctorId,
    day,
    minutes,
    step,
  ],
} as const

/** The appointments from one clinic day to another, of everybody or of one doctor. */
export function fetchAppointments(
  from: string,
  to: string,
  doctorId: string | null,
  signal?: AbortSignal,
): Promise<AppointmentList> {
  const query = new URLSearchParams({ from, to, ...(doctorId === null ? {} : { doctor: doctorId }) })
  return request<AppointmentList>(`/api/appointments?${query}`, { signal })
}

/** When a doctor has so many minutes, every `step` minutes, as ISO instants. */
export async function fetchFree(
  doctor: string,
  day: string,
  minutes: number,
  step: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const query = new URLSearchParams({ doctor, day, minutes: String(minutes), step: String(step) })
  return (await request<{ data: string[] }>(`/api/appointments/free?${query}`, { signal })).data
}

/** A time that is asked for. */
export interface Wanted {
  doctorId: string
  start: string
  minutes: number
  reason: string | null
}

export function bookAppointment(
  patientId: string,
  wanted: Wanted,
  idempotencyKey: string,
): Promise<Appointment> {
  return request<Appointment>('/api/appointments', {
    method: 'POST',
    body: { patientId, ...wanted },
    idempotencyKey,
  })
}

const at = ({ id }: Appointment): string => `/api/appointments/${encodeURIComponent(id)}`

export function changeAppointment(seen: Appointment, wanted: Wanted): Promise<Appointment> {
  return request<Appointment>(at(seen), { method: 'PATCH', body: { ...wanted, version: seen.version } })
}

export function moveAppointment(
  seen: Appointment,
  to: AppointmentStatus,
  reason: string,
): Promise<Appointment> {
  return request<Appointment>(`${at(seen)}/moves`, {
    method: 'POST',
    body: { to, version: seen.version, ...(reason === '' ? {} : { reason }) },
  })
}

/** The patient is here: the appointment's arrival and a ticket, both or neither. */
export function arrive(seen: Appointment, idempotencyKey: string): Promise<Arrival> {
  return request<Arrival>(`${at(seen)}/arrive`, {
    method: 'POST',
    body: { version: seen.version },
    idempotencyKey,
  })
}
