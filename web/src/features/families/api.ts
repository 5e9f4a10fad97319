import { request } from '../../lib/http.ts'
import type { Family, FamilyInput, FamilyMade, Relation } from './types.ts'

export const familyKeys = {
  all: ['families'],
  of: (patientId: string) => ['families', patientId],
} as const

export async function fetchFamilies(patientId: string, signal?: AbortSignal): Promise<Family[]> {
  const query = new URLSearchParams({ patientId })
  return (await request<{ data: Family[] }>(`/api/families?${query}`, { signal })).data
}

/** A family whose first member is in the file already. */
export function createFamily(
  name: string,
  patientId: string,
  relation: Relation,
  idempotencyKey: string,
): Promise<unknown> {
  const body = { name, members: [{ patientId, relation }] }
  return request('/api/families', { method: 'POST', body, idempotencyKey })
}

/** A whole family, new and known members, with their tickets if they came: all of it or nothing. */
export function registerFamily(family: FamilyInput, idempotencyKey: string): Promise<FamilyMade> {
  return request('/api/families', { method: 'POST', body: family, idempotencyKey })
}

const at = ({ id }: Family, patientId?: string): string =>
  `/api/families/${encodeURIComponent(id)}${patientId === undefined ? '' : `/members/${encodeURIComponent(patientId)}`}`

export function addMember(seen: Family, patientId: string, relation: Relation): Promise<unknown> {
  const body = { patientId, relation, version: seen.version }
  return request(`${at(seen)}/members`, { method: 'POST', body })
}

export function changeMember(seen: Family, patientId: string, relation: Relation): Promise<unknown> {
  return request(at(seen, patientId), { method: 'PATCH', body: { relation, version: seen.version } })
}

export function renameFamily(seen: Family, name: string): Promise<unknown> {
  return request(at(seen), { method: 'PATCH', body: { name, version: seen.version } })
}

export function removeMember(seen: Family, patientId: string): Promise<unknown> {
  return request(at(seen, patientId), { method: 'DELETE', ifMatch: seen.version })
}

export function deleteFamily(seen: Family): Promise<unknown> {
  return request(at(seen), { method: 'DELETE', ifMatch: seen.version })
}
