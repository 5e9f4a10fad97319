import type { Knex } from '../db/connect.ts'

/** A row of `address_rules` with the name of whoever made it; instants are UTC texts. */
export interface RuleRow {
  id: string
  kind: 'block' | 'allow'
  network: string
  reason: string
  automatic: number
  created_at: string
  expires_at: string | null
  username: string | null
}

const COLUMNS = [
  'r.id',
  'r.kind',
  'r.network',
  'r.reason',
  'r.automatic',
  'r.created_at',
  'r.expires_at',
] as const

/** Rules in force at `now` (UTC text). */
const inForce = (db: Knex, now: string) =>
  db('address_rules as r')
    .whereNull('r.removed_at')
    .where((valid) => valid.whereNull('r.expires_at').orWhere('r.expires_at', '>', now))

/** More rules than a person keeps, and few enough to be held by every process. */
const HELD_MAX = 20_000

/** What a process needs of all rules in force; those made by people first. */
export const rulesInForce = (
  db: Knex,
  now: string,
): Promise<Pick<RuleRow, 'kind' | 'network' | 'automatic' | 'expires_at'>[]> =>
  inForce(db, now)
    .orderBy([{ column: 'r.automatic' }, { column: 'r.id', order: 'desc' }])
    .limit(HELD_MAX)
    .select('r.kind', 'r.network', 'r.automatic', 'r.expires_at')

/** One page of the rules in force, newest first. */
export async function pageOfRules(
  db: Knex,
  now: string,
  page: { limit: number; offset: number },
): Promise<{ rows: RuleRow[]; total: number }> {
  const [rows, counted] = await Promise.all([
    inForce(db, now)
      .leftJoin('users as u', 'u.id', 'r.created_by')
      .orderBy('r.id', 'desc')
      .limit(page.limit)
      .offset(page.offset)
      .select([...COLUMNS, 'u.username']),
    inForce(db, now).count({ total: '*' }).first(),
  ])
  return { rows: rows as RuleRow[], total: Number(counted?.total ?? 0) }
}

/** One rule in force, held for its end. */
export const lockRule = (trx: Knex.Transaction, id: string, now: string): Promise<RuleRow | undefined> =>
  inForce(trx, now)
    .where({ 'r.id': id })
    .forUpdate()
    .first([...COLUMNS])

export interface NewRule {
  kind: 'block' | 'allow'
  network: string
  reason: string
  automatic: boolean
  created_by: string | null
  created_at: string
  expires_at: string | null
}

/** Adds a rule; an expired one of the same kind and network makes room. A duplicate key means one is in force. */
export async function insertRule(trx: Knex.Transaction, rule: NewRule): Promise<string> {
  await trx('address_rules')
    .where({ in_force: `${rule.kind} ${rule.network}` })
    .where('expires_at', '<=', rule.created_at)
    .update({ removed_at: trx.ref('expires_at') })
  const [id] = await trx('address_rules').insert(rule)
  return String(id)
}

/** Whether the system shut this network out since `since` (UTC text). */
export async function wasBlocked(trx: Knex.Transaction, network: string, since: string): Promise<boolean> {
  const row = await trx('address_rules')
    .where({ network, automatic: true })
    .where('created_at', '>', since)
    .first('id')
  return row !== undefined
}
