import { request } from '../../../lib/http.ts'
import type {
  DosingInput,
  DosingResult,
  LastPrescription,
  LineInput,
  Medication,
  Prescription,
  Stock,
} from './types.ts'

export const prescriptionKeys = {
  one: (consultationId: string) => ['prescriptions', 'one', consultationId],
  dosing: (input: DosingInput) => ['prescriptions', 'dosing', input],
  search: (query: string) => ['medications', 'search', query],
  medication: (id: string) => ['medications', 'one', id],
  stock: (id: string) => ['stock', 'one', id],
} as const

const pathOf = (consultationId: string): string =>
  `/api/consultations/${encodeURIComponent(consultationId)}/prescription`

export function fetchPrescription(consultationId: string, signal?: AbortSignal): Promise<Prescription> {
  return request<Prescription>(pathOf(consultationId), { signal })
}

/** Puts the whole prescription in place of the one seen; 422 names the lines that need a reason. */
export function putPrescription(
  consultationId: string,
  version: number,
  lines: readonly LineInput[],
): Promise<Prescription> {
  return request<Prescription>(pathOf(consultationId), { method: 'PUT', body: { version, lines } })
}

/** The patient's last prescription before this one, as lines to order again. */
export function fetchLast(consultationId: string): Promise<LastPrescription> {
  return request<LastPrescription>(`${pathOf(consultationId)}/last`)
}

/** What a dosing comes to: quantity, label, price. */
export function reckon(input: DosingInput, signal?: AbortSignal): Promise<DosingResult> {
  return request<DosingResult>('/api/prescriptions/dosing', {
    method: 'POST',
    body: input,
    signal,
    supersede: 'dosing',
  })
}

const FOUND = '12'

export async function searchMedications(query: string, signal?: AbortSignal): Promise<Medication[]> {
  const asked = new URLSearchParams({ query, limit: FOUND })
  const page = await request<{ data: Medication[] }>(`/api/medications?${asked}`, {
    signal,
    supersede: 'medications.search',
  })
  return page.data
}

export function fetchMedication(id: string, signal?: AbortSignal): Promise<Medication> {
  return request<Medication>(`/api/medications/${encodeURIComponent(id)}`, { signal })
}

export function fetchStock(id: string, signal?: AbortSignal): Promise<Stock> {
  return request<Stock>(`/api/medications/${encodeURIComponent(id)}/stock`, { signal })
}
