import { request } from '../../lib/http.ts'
import type { Session, SignedIn } from './types.ts'

export const authKeys = { me: ['auth', 'me'], sessions: ['auth', 'sessions'] } as const

/** Who is signed in. */
export function fetchMe(signal?: AbortSignal): Promise<SignedIn> {
  return request<SignedIn>('/api/auth/me', { signal })
}

export function signIn(username: string, password: string): Promise<SignedIn> {
  return request<SignedIn>('/api/auth/login', { method: 'POST', body: { username, password } })
}

export function signOut(): Promise<void> {
  return request<void>('/api/auth/logout', { method: 'POST', body: {} })
}

/** The new password ends the old session; the answer carries the new one. */
export function changePassword(currentPassword: string, newPassword: string): Promise<SignedIn> {
  return request<SignedIn>('/api/auth/password', { method: 'POST', body: { currentPassword, newPassword } })
}

/** The places where this person is signed in. */
export async function fetchSessions(signal?: AbortSignal): Promise<Session[]> {
  const answer = await request<{ data: Session[] }>('/api/auth/sessions', { signal })
  return answer.data
}

/** Ends one session, or with no id all the others. */
export function endSession(id?: string): Promise<void> {
  const path = id === undefined ? '/api/auth/sessions' : `/api/auth/sessions/${encodeURIComponent(id)}`
  return request<void>(path, { method: 'DELETE' })
}
