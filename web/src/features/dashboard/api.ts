import { request } from '../../lib/http.ts'
import type { Dashboard } from './types.ts'

export const dashboardKeys = {
  all: ['dashboard'],
  day: (day: string) => ['dashboard', day],
} as const

/** The figures of a clinic day and of its month; a doctor gets their own. */
export function fetchDashboard(day: string, signal?: AbortSignal): Promise<Dashboard> {
  return request<Dashboard>(`/api/dashboard?${new URLSearchParams({ day })}`, {
    signal,
    supersede: 'dashboard',
  })
}
