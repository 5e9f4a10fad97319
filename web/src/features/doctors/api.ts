import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { doctor, doctorList, signature } from '../../../../shared/doctors/schema.ts'
import { request } from '../../lib/http.ts'

export type Doctor = z.infer<typeof doctor>

export type Signature = z.infer<typeof signature>

export const doctorKeys = {
  all: ['doctors'],
  signature: (id: string) => ['doctors', 'signature', id],
} as const

/** How long the list of doctors counts as fresh; it changes a few times a year. */
const FRESH_MS = 5 * 60_000

/** The question who the clinic's doctors are; the answer changes rarely. */
export function useDoctorList() {
  return useQuery({
    queryKey: doctorKeys.all,
    queryFn: ({ signal }) =>
      request<z.infer<typeof doctorList>>('/api/doctors', { signal }).then(({ data }) => data),
    staleTime: FRESH_MS,
  })
}

/** The clinic's doctors; empty until the answer is there. */
export function useDoctors(): readonly Doctor[] {
  return useDoctorList().data ?? []
}

/** Adds a doctor, or changes the one that was seen. */
export function saveDoctor(
  doctor: Doctor | null,
  body: Record<string, string | boolean | null | Doctor['workingHours']>,
): Promise<Doctor> {
  return doctor === null
    ? request('/api/doctors', { method: 'POST', body })
    : request(`/api/doctors/${encodeURIComponent(doctor.id)}`, {
        method: 'PATCH',
        body: { ...body, version: doctor.version },
      })
}

const signatureOf = (id: string): string => `/api/doctors/${encodeURIComponent(id)}/signature`

export const fetchSignature = (id: string, signal?: AbortSignal): Promise<Signature> =>
  request(signatureOf(id), { signal })

/** Another picture (base64) for the doctor whose version was seen; null takes it out. */
export const changeSignature = (id: string, image: string | null, version: number): Promise<Signature> =>
  request(signatureOf(id), { method: 'PUT', body: { image, version } })
