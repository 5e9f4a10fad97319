import type { Knex } from '../db/connect.ts'
import type { Role } from '../rights/permissions.ts'

/** A row of `users`; instants are UTC texts. */
export interface UserRow {
  id: string
  username: string
  email: string | null
  name: string
  role: Role
  password_hash: string
  must_change_password: number
  password_expires_at: string | null
  active: number
  /** Since when the sign-in takes a second step. */
  totp_enabled_at: string | null
  version: number
  created_at: string
  updated_at: string
}

const COLUMNS = [
  'id',
  'username',
  'email',
  'name',
  'role',
  'password_hash',
  'must_change_password',
  'password_expires_at',
  'active',
  'totp_enabled_at',
  'version',
  'created_at',
  'updated_at',
] as const

const ASCII = /^[\x20-\x7e]*$/

/** The user of a user name or e-mail address, already lower-case. */
export async function findByAccount(db: Knex, account: string): Promise<UserRow | undefined> {
  const column = account.includes('@') ? 'email' : 'username'
  // the column of user names is ASCII: the database refuses to compare it with anything else
  if (column === 'username' && !ASCII.test(account)) return undefined
  return db('users').where(column, account).first(COLUMNS)
}

export async function findUser(
  db: Knex,
  id: string,
  lock?: 'share' | 'update',
): Promise<UserRow | undefined> {
  const query = db('users').where({ id }).first(COLUMNS)
  if (lock === 'share') return query.forShare()
  return lock === 'update' ? query.forUpdate() : query
}

/** What a user may beyond the role. */
export const grantsOf = (db: Knex, userId: string): Promise<string[]> =>
  db('user_grants').where({ user_id: userId }).orderBy('permission').pluck('permission')

/** Grants of several users at once, by user id. */
export async function grantsOfAll(db: Knex, userIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = (await db('user_grants')
    .whereIn('user_id', [...userIds])
    .orderBy('permission')
    .select('user_id', 'permission')) as { user_id: string; permission: string }[]
  const found = new Map<string, string[]>()
  for (const { user_id, permission } of rows) found.set(user_id, [...(found.get(user_id) ?? []), permission])
  return found
}

/** One page of users by name, without those of the hidden roles. */
export async function listUsers(
  db: Knex,
  page: { limit: number; offset: number; hidden: readonly Role[] },
): Promise<{ rows: UserRow[]; total: number }> {
  const visible = () => db('users').whereNotIn('role', [...page.hidden])
  const [rows, counted] = await Promise.all([
    visible().orderBy('username').limit(page.limit).offset(page.offset).select(COLUMNS),
    visible().count({ total: '*' }).first(),
  ])
  return { rows: rows as UserRow[], total: Number(counted?.total ?? 0) }
}

export type NewUser = Pick<UserRow, 'username' | 'email' | 'name' | 'role' | 'password_hash'> & {
  must_change_password: boolean
  password_expires_at: string | null
}

export async function insertUser(trx: Knex, user: NewUser): Promise<string> {
  const [id] = await trx('users').insert(user)
  return String(id)
}

/** Changes a user's row and raises its version, which ends every sign-in that is under way. */
export async function patchUser(
  trx: Knex,
  id: string,
  changes: Partial<
    Omit<UserRow, 'id' | 'version' | 'created_at' | 'updated_at' | 'active' | 'must_change_password'>
  > & {
    active?: boolean
    must_change_password?: boolean
  },
): Promise<void> {
  await trx('users')
    .where({ id })
    .update({ ...changes, version: trx.raw('version + 1'), updated_at: trx.raw('utc_timestamp(3)') })
}

export async function replaceGrants(
  trx: Knex,
  userId: string,
  permissions: readonly string[],
  grantedBy: string,
): Promise<void> {
  await trx('user_grants').where({ user_id: userId }).delete()
  if (permissions.length === 0) return
  await trx('user_grants').insert(
    permissions.map((permission) => ({ user_id: userId, permission, granted_by: grantedBy })),
  )
}
