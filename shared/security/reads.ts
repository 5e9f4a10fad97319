import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { pageOfRules, type RuleRow } from './repository.ts'
import type { RuleView } from './schema.ts'

/** A rule as administrators see it. */
export const toRuleView = (row: RuleRow): RuleView => ({
  id: String(row.id),
  kind: row.kind,
  network: row.network,
  reason: row.reason,
  automatic: row.automatic === 1,
  createdBy: row.username ?? null,
  createdAt: fromSqlUtc(row.created_at) ?? '',
  expiresAt: fromSqlUtc(row.expires_at),
})

/** A page of the rules in force. */
export async function listRules(
  deps: Deps,
  { page, limit }: { page: number; limit: number },
): Promise<{
  data: RuleView[]
  meta: { page: number; limit: number; total: number; totalPages: number; next: null }
}> {
  const now = toSqlUtc(deps.clock.now())
  const { rows, total } = await reading(pageOfRules(deps.db, now, { limit, offset: (page - 1) * limit }))
  const totalPages = Math.ceil(total / limit)
  return { data: rows.map(toRuleView), meta: { page, limit, total, totalPages, next: null } }
}
