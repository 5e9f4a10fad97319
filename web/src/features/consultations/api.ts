import { request } from '../../lib/http.ts'
import type {
  Consultation,
  ConsultationList,
  ContentInput,
  History,
  Icd10Found,
  SignInput,
  StartInput,
  Template,
  VersionList,
} from './types.ts'

export const consultationKeys = {
  all: ['consultations'],
  own: ['consultations', 'own'],
  one: (id: string) => ['consultations', 'one', id],
  versions: (id: string) => ['consultations', 'versions', id],
  history: (patientId: string) => ['consultations', 'history', patientId],
  templates: ['consultations', 'templates'],
  icd10: (query: string) => ['icd10', query],
} as const

const OWN_SHOWN = 50
const HISTORY_SHOWN = '20'

const pathOf = (id: string): string => `/api/consultations/${encodeURIComponent(id)}`

/** The asking doctor's latest ones: who was seen today, and which diagnoses he uses. */
export function fetchOwn(signal?: AbortSignal): Promise<ConsultationList> {
  return request<ConsultationList>(`/api/consultations?scope=own&limit=${OWN_SHOWN}`, { signal })
}

export function fetchConsultation(id: string, signal?: AbortSignal): Promise<Consultation> {
  return request<Consultation>(pathOf(id), { signal })
}

/** Opens a visit as its doctor; one's own open draft is answered as it is. 409 with `heldBy` when another has it. */
export function startConsultation(which: StartInput): Promise<Consultation> {
  return request<Consultation>('/api/consultations', { method: 'POST', body: which })
}

/** Keeps what was typed; 409 with the present one when it was changed elsewhere. */
export function saveDraft(id: string, version: number, content: ContentInput): Promise<Consultation> {
  return request<Consultation>(pathOf(id), { method: 'PATCH', body: { version, ...content } })
}

export function signConsultation(id: string, sign: SignInput): Promise<Consultation> {
  return request<Consultation>(`${pathOf(id)}/sign`, { method: 'POST', body: sign })
}

export function amendConsultation(
  id: string,
  amendment: { version: number; reason: string; changes: ContentInput },
): Promise<Consultation> {
  return request<Consultation>(`${pathOf(id)}/amend`, { method: 'POST', body: amendment })
}

export function fetchVersions(id: string, signal?: AbortSignal): Promise<VersionList> {
  return request<VersionList>(`${pathOf(id)}/versions`, { signal })
}

/** Visits of a patient with diagnoses, medicines and certificates, the newest first, in one read. */
export function fetchHistory(
  patientId: string,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<History> {
  const query = new URLSearchParams({ limit: HISTORY_SHOWN })
  if (cursor !== null) query.set('cursor', cursor)
  return request<History>(`/api/patients/${encodeURIComponent(patientId)}/history?${query}`, { signal })
}

/** The best twenty codes for a code or words. */
export async function findCodes(query: string, signal?: AbortSignal): Promise<Icd10Found['data']> {
  const found = await request<Icd10Found>(`/api/icd10?${new URLSearchParams({ query })}`, {
    signal,
    supersede: 'icd10',
  })
  return found.data
}

export async function fetchTemplates(signal?: AbortSignal): Promise<Template[]> {
  return (await request<{ data: Template[] }>('/api/note-templates', { signal })).data
}

export function addTemplate(
  template: Pick<Template, 'name' | 'subjective' | 'objective' | 'assessment' | 'plan'>,
): Promise<Template> {
  return request<Template>('/api/note-templates', { method: 'POST', body: template })
}

/** Deletes a prepared note of one's own. */
export function deleteTemplate(id: string): Promise<void> {
  return request<void>(`/api/note-templates/${encodeURIComponent(id)}`, { method: 'DELETE' })
}
