import { request } from '../../lib/http.ts'
import type {
  Duplicate,
  DuplicateQuestion,
  Patient,
  PatientChanges,
  PatientInput,
  PatientPage,
} from './types.ts'

export const patientKeys = {
  all: ['patients'],
  list: ['patients', 'list'],
  one: (id: string) => ['patients', 'one', id],
  search: (query: string) => ['patients', 'search', query],
} as const

/** The best twenty; what was typed travels in the body, so that no identity number stands in a URL. */
export async function searchPatients(query: string, signal?: AbortSignal): Promise<Patient[]> {
  const answer = await request<{ data: Patient[] }>('/api/patients/search', {
    method: 'POST',
    body: { query },
    signal,
    supersede: 'patients.search',
  })
  return answer.data
}

/** Who may be the same person, surest first. */
export async function findDuplicates(
  question: DuplicateQuestion,
  signal?: AbortSignal,
): Promise<Duplicate[]> {
  const answer = await request<{ data: Duplicate[] }>('/api/patients/duplicates', {
    method: 'POST',
    body: question,
    signal,
  })
  return answer.data
}

/** The first page stands at once; whoever scrolls on gets larger ones, so that fewer are asked for. */
const FIRST_PAGE = '50'
const NEXT_PAGES = '100'

/** A page of the patient file; `cursor` is the `next` of the page before. */
export function fetchPatients(cursor: string | null, signal?: AbortSignal): Promise<PatientPage> {
  const query = new URLSearchParams({ limit: cursor === null ? FIRST_PAGE : NEXT_PAGES })
  if (cursor !== null) query.set('cursor', cursor)
  return request<PatientPage>(`/api/patients?${query}`, { signal })
}

export function fetchPatient(id: string, signal?: AbortSignal): Promise<Patient> {
  return request<Patient>(`/api/patients/${encodeURIComponent(id)}`, { signal })
}

export function createPatient(input: PatientInput, idempotencyKey: string): Promise<Patient> {
  return request<Patient>('/api/patients', { method: 'POST', body: input, idempotencyKey })
}

/** Changes some fields; 409 with the present record when someone else was quicker. */
export function changePatient(id: string, version: number, changes: PatientChanges): Promise<Patient> {
  return request<Patient>(`/api/patients/${encodeURIComponent(id)}`, {
    method: 'PATCH',
    body: { ...changes, version },
  })
}
