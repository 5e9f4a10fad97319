import type { AuditList, AuditReview } from '../../../../shared/audit/schema.ts'
import { request } from '../../lib/http.ts'

export type { AuditList, AuditReview, AuditView } from '../../../../shared/audit/schema.ts'

/** What is asked of the audit; empty fields ask nothing. */
export interface AuditFilter {
  patient: string
  user: string
  action: string
  from: string
  to: string
}

export const auditKeys = {
  list: (filter: AuditFilter) => ['audit', filter],
  review: (day: string) => ['audit', 'review', day],
} as const

const PAGE = '50'

export function fetchAudit(
  filter: AuditFilter,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<AuditList> {
  const query = new URLSearchParams({ limit: PAGE })
  for (const [name, value] of Object.entries(filter)) if (value !== '') query.set(name, value)
  if (cursor !== null) query.set('cursor', cursor)
  return request<AuditList>(`/api/audit?${query}`, { signal, supersede: 'audit' })
}

export function fetchReview(day: string, signal?: AbortSignal): Promise<AuditReview> {
  return request<AuditReview>(`/api/audit/review?day=${day}`, { signal })
}
