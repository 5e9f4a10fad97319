import type { Display, NewDisplay } from '../../../../shared/displays/schema.ts'
import { request } from '../../lib/http.ts'

export type { Display, NewDisplay } from '../../../../shared/displays/schema.ts'

export const displaysKey = ['displays'] as const

export async function fetchDisplays(signal?: AbortSignal): Promise<Display[]> {
  const answer = await request<{ data: Display[] }>('/api/displays', { signal })
  return answer.data
}

export function createDisplay(name: string, idempotencyKey: string): Promise<NewDisplay> {
  return request('/api/displays', { method: 'POST', body: { name }, idempotencyKey })
}

export function revokeDisplay(id: string): Promise<void> {
  return request(`/api/displays/${encodeURIComponent(id)}`, { method: 'DELETE' })
}
