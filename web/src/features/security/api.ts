import type { z } from 'zod'
import type { ruleBody, ruleList } from '../../../../shared/security/schema.ts'
import { request } from '../../lib/http.ts'

export type RuleList = z.infer<typeof ruleList>
export type RuleInput = z.input<typeof ruleBody>

export const ruleKeys = { all: ['blocks'], page: (page: number) => ['blocks', page] } as const

export function fetchRules(page: number, signal?: AbortSignal): Promise<RuleList> {
  return request(`/api/security/blocks?page=${page}&limit=50`, { signal })
}

export function addRule(rule: RuleInput): Promise<unknown> {
  return request('/api/security/blocks', { method: 'POST', body: rule })
}

export function removeRule(id: string): Promise<void> {
  return request(`/api/security/blocks/${encodeURIComponent(id)}`, { method: 'DELETE' })
}
