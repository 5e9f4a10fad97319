import { request } from '../../lib/http.ts'
import type { RecoveryCodes, Session, SetUp, SignedIn } from './types.ts'

export const authKeys = { me: ['auth', 'me'], sessions: ['auth', 'sessions'] } as const

/** Who is signed in. */
export function fetchMe(signal?: AbortSignal): Promise<SignedIn> {
  return request<SignedIn>('/api/auth/me', { signal })
}

/** Without a `code`, an account with a second step answers `auth/totp-required`. */
export function signIn(username: string, password: string, code?: string): Promise<SignedIn> {
  const body = { username, password, ...(code === undefined ? {} : { code }) }
  return request<SignedIn>('/api/auth/login', { method: 'POST', body })
}

export function setUpTwoFactor(password: string): Promise<SetUp> {
  return request<SetUp>('/api/auth/2fa/setup', { method: 'POST', body: { password } })
}

/** The answer carries a new session and, once, the recovery codes. */
export function enableTwoFactor(code: string): Promise<SignedIn & RecoveryCodes> {
  return request<SignedIn & RecoveryCodes>('/api/auth/2fa/enable', { method: 'POST', body: { code } })
}

export function disableTwoFactor(password: string, code: string): Promise<SignedIn> {
  return request<SignedIn>('/api/auth/2fa/disable', { method: 'POST', body: { password, code } })
}

export function renewRecoveryCodes(password: string, code: string): Promise<RecoveryCodes> {
  return request<RecoveryCodes>('/api/auth/2fa/recovery-codes', { method: 'POST', body: { password, code } })
}

/** Locks this browser's session: on the server it opens nothing any more. */
export function lockSession(): Promise<void> {
  return request<void>('/api/auth/lock', { method: 'POST', body: {} })
}

/** Goes on with a locked session; the answer carries the new one. */
export function unlockSession(password: string): Promise<SignedIn> {
  return request<SignedIn>('/api/auth/unlock', { method: 'POST', body: { password } })
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
