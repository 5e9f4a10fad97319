import { request } from '../../lib/http.ts'
import type { NewUser, Staff, UserChanges } from './types.ts'

export const userKeys = {
  all: ['users'],
  list: ['users', 'list'],
  page: (page: number) => ['users', page],
} as const

export interface StaffPage {
  data: Staff[]
  meta: { page: number; total: number; totalPages: number; next: string | null }
}

const PAGE = 50
const at = (id: string): string => `/api/users/${encodeURIComponent(id)}`

export function fetchUsers(page: number, signal?: AbortSignal): Promise<StaffPage> {
  return request<StaffPage>(`/api/users?page=${page}&limit=${PAGE}`, { signal })
}

export function createUser(
  user: NewUser,
  idempotencyKey: string,
): Promise<Staff & { oneTimePassword: string }> {
  return request('/api/users', { method: 'POST', body: user, idempotencyKey })
}

export function changeUser(id: string, changes: UserChanges): Promise<Staff> {
  return request(at(id), { method: 'PATCH', body: changes })
}

/** Gives a password for one sign-in; whatever was valid before is not any more. */
export function resetPassword(id: string): Promise<{ oneTimePassword: string }> {
  return request(`${at(id)}/password-reset`, { method: 'POST', body: {} })
}

export function endSessions(id: string): Promise<void> {
  return request(`${at(id)}/sessions`, { method: 'DELETE' })
}

/** Takes the second step off an account whose owner lost the phone. */
export function removeTwoFactor(id: string): Promise<void> {
  return request(`${at(id)}/2fa`, { method: 'DELETE' })
}
