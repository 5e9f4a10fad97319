import { request } from '../../lib/http.ts'
import type { MadeToken, NewToken, Token } from './types.ts'

export const tokenKeys = { all: ['tokens'] } as const

export async function fetchTokens(signal?: AbortSignal): Promise<Token[]> {
  return (await request<{ data: Token[] }>('/api/tokens', { signal })).data
}

export function createToken(token: NewToken): Promise<MadeToken> {
  return request('/api/tokens', { method: 'POST', body: token })
}

/** Ends a token at once, wherever it is in use. */
export function revokeToken(id: string): Promise<void> {
  return request(`/api/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' })
}
