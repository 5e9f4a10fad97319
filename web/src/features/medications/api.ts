import { request } from '../../lib/http.ts'
import type { Medication, MedicationChanges, MedicationInput, MedicationPage } from './types.ts'

export const medicationKeys = {
  all: ['medications'],
  list: (query: string, active: string, page: number) => ['medications', 'list', query, active, page],
  one: (id: string) => ['medications', 'one', id],
} as const

/** Which medicines a list shows. */
export interface MedicationFilter {
  query: string
  active: 'true' | 'false'
  page: number
}

const PAGE = '25'
const path = (id: string): string => `/api/medications/${encodeURIComponent(id)}`

export function fetchMedications(
  { query, active, page }: MedicationFilter,
  signal?: AbortSignal,
): Promise<MedicationPage> {
  const asked = new URLSearchParams({ query, active, page: String(page), limit: PAGE })
  return request<MedicationPage>(`/api/medications?${asked}`, { signal, supersede: 'medications' })
}

export function fetchMedication(id: string, signal?: AbortSignal): Promise<Medication> {
  return request<Medication>(path(id), { signal })
}

export function addMedication(body: MedicationInput): Promise<Medication> {
  return request<Medication>('/api/medications', { method: 'POST', body })
}

export function changeMedication(
  id: string,
  version: number,
  changes: MedicationChanges,
): Promise<Medication> {
  return request<Medication>(path(id), { method: 'PATCH', body: { ...changes, version } })
}
