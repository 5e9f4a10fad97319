import { useQuery } from '@tanstack/react-query'
import { request } from '../../lib/http.ts'
import { HttpError } from '../../lib/problem.ts'
import { useKept } from '../../lib/use-kept.ts'
import type { CloseInput, DaySummary, Shift, ShiftList } from './types.ts'

export const shiftKeys = {
  all: ['shifts'],
  current: ['shifts', 'current'],
  list: (day: string) => ['shifts', 'list', day],
  summary: (day: string) => ['shifts', 'summary', day],
} as const

/** One's own open shift; null without one. */
async function fetchCurrent(signal?: AbortSignal): Promise<Shift | null> {
  try {
    return await request<Shift>('/api/shifts/current', { signal })
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return null
    throw error
  }
}

/** One's own open shift, with the money of the moment. */
export function useCurrentShift(enabled: boolean) {
  const query = useQuery({
    queryKey: shiftKeys.current,
    queryFn: ({ signal }) => fetchCurrent(signal),
    staleTime: 0,
    enabled,
  })
  return useKept('shift.current', query)
}

export function openShift(float: string): Promise<Shift> {
  return request<Shift>('/api/shifts', { method: 'POST', body: { float } })
}

export function closeShift(id: string, input: CloseInput): Promise<Shift> {
  return request<Shift>(`/api/shifts/${encodeURIComponent(id)}/close`, { method: 'POST', body: input })
}

const SHOWN = '50'

/** Shifts of a clinic day, or the latest ones; one's own, or everybody's for whoever runs the clinic. */
export function fetchShifts(day: string, signal?: AbortSignal): Promise<ShiftList> {
  const query = new URLSearchParams(day === '' ? { limit: SHOWN } : { day, limit: SHOWN })
  return request<ShiftList>(`/api/shifts?${query}`, { signal })
}

export function fetchSummary(day: string, signal?: AbortSignal): Promise<DaySummary> {
  return request<DaySummary>(`/api/shifts/summary?${new URLSearchParams({ day })}`, { signal })
}
