import type { PatientHistory } from '../../../../shared/consultations/history/schema.ts'
import type {
  MergeDone,
  MergeKeep,
  MergeList,
  MergeUndone,
  PatientMerge,
  Watch,
} from '../../../../shared/patients/schema.ts'
import { request } from '../../lib/http.ts'
import type { Operation } from '../operations/types.ts'
import type { Patient } from './types.ts'

export type { MergeDone, MergeKeep, MergeUndone, PatientHistory, PatientMerge }
export type Visit = PatientHistory['data'][number]

/** Below the key of all patients: whatever changes the file has these read again too. */
export const fileKeys = {
  history: (id: string) => ['patients', 'history', id],
  merges: (id: string) => ['patients', 'merges', id],
  watch: (id: string) => ['patients', 'watch', id],
} as const

const at = (id: string): string => `/api/patients/${encodeURIComponent(id)}`

/** The last visits stand at once; whoever looks further back gets more of them. */
const FIRST_VISITS = '10'
const EARLIER_VISITS = '50'

/** Some visits of a patient, the newest first; `cursor` is the `next` of those before. */
export function fetchHistory(
  id: string,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<PatientHistory> {
  const query = new URLSearchParams({ limit: cursor === null ? FIRST_VISITS : EARLIER_VISITS })
  if (cursor !== null) query.set('cursor', cursor)
  return request<PatientHistory>(`${at(id)}/history?${query}`, { signal })
}

export async function fetchMerges(id: string, signal?: AbortSignal): Promise<PatientMerge[]> {
  return (await request<MergeList>(`${at(id)}/merges`, { signal })).data
}

/** Puts the other record into this one; 409 with both as they are when either was changed meanwhile. */
export function mergePatients(one: Patient, other: Patient, keep: MergeKeep): Promise<MergeDone> {
  return request<MergeDone>(`${at(one.id)}/merge`, {
    method: 'POST',
    body: { otherId: other.id, version: one.version, otherVersion: other.version, keep },
  })
}

export function undoMerge(id: string): Promise<MergeUndone> {
  return request<MergeUndone>(`/api/patients/merges/${encodeURIComponent(id)}/undo`, {
    method: 'POST',
    body: {},
  })
}

export const fetchWatch = (id: string, signal?: AbortSignal): Promise<Watch> =>
  request<Watch>(`${at(id)}/watch`, { signal })

/** Has every look at the record reported from now on, for a reason; null: no longer. */
export const watchPatient = (id: string, reason: string | null): Promise<Watch> =>
  request<Watch>(`${at(id)}/watch`, { method: 'PUT', body: { reason } })

/** Has one patient's whole file made as a package, for a reason that the audit keeps. */
export async function giveOutFile(id: string, reason: string, idempotencyKey: string): Promise<Operation> {
  const body = { kind: 'patient-file', filter: { patientId: id }, reason }
  const path = '/api/exports'
  return (await request<{ operation: Operation }>(path, { method: 'POST', body, idempotencyKey })).operation
}
