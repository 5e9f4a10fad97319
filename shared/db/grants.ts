import type { Knex } from './connect.ts'

const AUDIT_PREFIX = 'audit_'
const AUDIT_RIGHTS = 'SELECT, INSERT'
const TABLE_RIGHTS = 'SELECT, INSERT, UPDATE, DELETE'
const DATABASE_RIGHTS = 'CREATE TEMPORARY TABLES, LOCK TABLES'
/** Only ever added to; the patient may become another one when two records are made one. */
const STOCK_MOVEMENTS = 'stock_movements'
const STOCK_RIGHTS = 'SELECT, INSERT, UPDATE (patient_id)'
/** Nothing to take back: on a database, on a table. */
const NONEXISTING_GRANT = [1141, 1147]
const ACCOUNT = /^[\w-]{1,80}$/
const HOST = /^[\w.:%-]{1,255}$/

/** An account as the server names it, `clinic@%` in two parts. */
export interface Account {
  user: string
  host: string
}

/** Whether a server of ours (docker/mysql) gives the rights by its own procedure. */
async function hasProcedure(db: Knex): Promise<boolean> {
  const [rows] = (await db.raw(
    "select 1 from information_schema.routines where routine_schema = 'clinic_admin' and routine_name = 'apply_rights'",
  )) as [unknown[]]
  return rows.length > 0
}

/** The account a pool is signed in as. */
export async function accountOf(db: Knex): Promise<Account> {
  const [[row]] = (await db.raw('select current_user() as who')) as [[{ who: string }]]
  const at = row.who.lastIndexOf('@')
  return { user: row.who.slice(0, at), host: row.who.slice(at + 1) }
}

/**
 * Gives the accounts of the system their rights on each table; call it after every migration, on the account that
 * migrates. On a server set up by docker/mysql this calls its procedure, which runs as root, so that no account of ours
 * ever holds UPDATE or DELETE on the audit. On any other server `account` (the application's; null when it is the one
 * that migrates) gets its rights directly, and those it had on the whole database are taken back; that needs GRANT
 * OPTION. Answers what was done.
 */
export async function applyRights(
  db: Knex,
  account: () => Promise<Account | null>,
): Promise<'procedure' | 'direct' | 'none'> {
  if (await hasProcedure(db)) {
    await db.raw('call clinic_admin.apply_rights()')
    return 'procedure'
  }
  const application = await account()
  if (application === null) return 'none'
  await grantDirectly(db, application)
  return 'direct'
}

function rightsOn(table: string): string {
  if (table.startsWith(AUDIT_PREFIX)) return AUDIT_RIGHTS
  return table === STOCK_MOVEMENTS ? STOCK_RIGHTS : TABLE_RIGHTS
}

/** Takes rights back; those that were never given are no fault. */
async function revoke(db: Knex, rights: string, from: string, names: string[]): Promise<void> {
  try {
    await db.raw(`revoke ${rights} on ${from}`, names)
  } catch (error) {
    if (!NONEXISTING_GRANT.includes((error as { errno?: number }).errno ?? 0)) throw error
  }
}

async function grantDirectly(db: Knex, { user, host }: Account): Promise<void> {
  // names of accounts cannot be bound as values
  if (!ACCOUNT.test(user) || !HOST.test(host))
    throw new Error('The account has a name that cannot be granted to')
  const who = `'${user}'@'${host}'`
  const [[{ name: schema }]] = (await db.raw('select database() as name')) as [[{ name: string }]]
  const tables = (await db('information_schema.tables')
    .where({ table_schema: schema, table_type: 'BASE TABLE' })
    .pluck('table_name')) as string[]
  for (const table of tables) {
    const rights = rightsOn(table)
    // an earlier version gave more
    if (rights !== TABLE_RIGHTS) await revoke(db, 'UPDATE, DELETE', `??.?? from ${who}`, [schema, table])
    await db.raw(`grant ${rights} on ??.?? to ${who}`, [schema, table])
  }
  await db.raw(`grant ${DATABASE_RIGHTS} on ??.* to ${who}`, [schema])
  await revoke(db, TABLE_RIGHTS, `??.* from ${who}`, [schema])
}
