import type { Setting } from '../../../../shared/settings/schema.ts'
import { request } from '../../lib/http.ts'

export type { Setting } from '../../../../shared/settings/schema.ts'

export const settingKeys = { all: ['settings'] } as const

export async function fetchSettings(signal?: AbortSignal): Promise<Setting[]> {
  const answer = await request<{ data: Setting[] }>('/api/settings', { signal })
  return answer.data
}

export function changeSetting(name: string, value: unknown, version: number): Promise<Setting> {
  return request(`/api/settings/${encodeURIComponent(name)}`, { method: 'PATCH', body: { value, version } })
}
