import type { Knex } from '../db/connect.ts'
import type { Permission, Role } from '../rights/permissions.ts'

/** A row of `api_tokens` with its owner; instants are UTC texts, `scopes` with one space between. */
export interface TokenRow {
  id: string
  user_id: string
  name: string
  scopes: string
  per_hour: number
  created_at: string
  expires_at: string | null
  last_used_at: string | null
  username: string
  role: Role
}

const COLUMNS = [
  't.id',
  't.user_id',
  't.name',
  't.scopes',
  't.per_hour',
  't.created_at',
  't.expires_at',
  't.last_used_at',
  'u.username',
  'u.role',
] as const

const live = (db: Knex, now: string) =>
  db('api_tokens as t')
    .join('users as u', 'u.id', 't.user_id')
    .whereNull('t.revoked_at')
    .where((valid) => valid.whereNull('t.expires_at').orWhere('t.expires_at', '>', now))

/** Tokens that work at `now` (UTC text) and whose owners may be seen, newest first. */
export const listTokenRows = (db: Knex, now: string, hidden: readonly Role[]): Promise<TokenRow[]> =>
  live(db, now)
    .whereNotIn('u.role', [...hidden])
    .orderBy('t.id', 'desc')
    .limit(1000)
    .select(COLUMNS)

/** The working token of a hash, if its owner may sign in. */
export const findTokenRow = (db: Knex, hash: string, now: string): Promise<TokenRow | undefined> =>
  live(db, now).where({ 't.token_hash': hash, 'u.active': true }).first(COLUMNS)

/** A token by id, locked for its end; with its hash. */
export const lockTokenRow = (
  trx: Knex.Transaction,
  id: string,
  now: string,
): Promise<(TokenRow & { token_hash: string }) | undefined> =>
  live(trx, now)
    .where({ 't.id': id })
    .forUpdate()
    .first([...COLUMNS, 't.token_hash'])

/** Whether the token still works; waits for whoever is ending it or changing its owner. */
export async function isTokenLive(trx: Knex.Transaction, id: string, ownerVersion: number): Promise<boolean> {
  const row = await trx('api_tokens as t')
    .join('users as u', 'u.id', 't.user_id')
    .where({ 't.id': id, 'u.active': true, 'u.version': ownerVersion })
    .whereNull('t.revoked_at')
    .forShare()
    .first('t.id')
  return row !== undefined
}

export async function insertToken(
  trx: Knex.Transaction,
  token: {
    user_id: string
    name: string
    token_hash: string
    scopes: readonly Permission[]
    per_hour: number
    created_at: string
    expires_at: string | null
  },
): Promise<string> {
  const [id] = await trx('api_tokens').insert({ ...token, scopes: token.scopes.join(' ') })
  return String(id)
}
