import { request } from '../../lib/http.ts'
import type { Screen } from './types.ts'

export const displayKeys = { board: ['display', 'board'] } as const

/** What the screen shows; 401 until the browser is paired. */
export function fetchScreen(signal?: AbortSignal): Promise<Screen> {
  return request<Screen>('/api/display/board', { signal })
}

/** Makes this browser the screen that the code was made for. */
export function pairScreen(code: string): Promise<{ name: string }> {
  return request('/api/displays/pair', { method: 'POST', body: { code } })
}

/** Tells the front desk what was done with a call. */
export function acknowledge(callId: string, did: 'shown' | 'spoken'): Promise<unknown> {
  return request('/api/display/acks', { method: 'POST', body: { callId, [did]: true } })
}
