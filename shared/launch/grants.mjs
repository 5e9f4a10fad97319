// Rights of the application's account, per table: what is written to the audit can never be changed by the application.

const ANY_HOST = '%'
const AUDIT_PREFIX = 'audit_'
const AUDIT_RIGHTS = 'SELECT, INSERT'
const TABLE_RIGHTS = 'SELECT, INSERT, UPDATE, DELETE'
const ER_NONEXISTING_GRANT = 1141

/**
 * Gives the application's account its rights on each table of the database, and takes back those on the whole
 * database. Call it after each migration, on a connection of the account that migrates (it has GRANT OPTION).
 */
export async function grantAppRights(connection, { database, account = 'clinic', host = ANY_HOST } = {}) {
  const schema = database ?? (await currentDatabase(connection))
  const who = `'${account}'@'${host}'`
  const [rows] = await connection.query(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
    [schema],
  )
  for (const { name } of rows) {
    const rights = name.startsWith(AUDIT_PREFIX) ? AUDIT_RIGHTS : TABLE_RIGHTS
    await connection.query(`GRANT ${rights} ON \`${schema}\`.\`${name}\` TO ${who}`)
  }
  await connection.query(`GRANT CREATE TEMPORARY TABLES, LOCK TABLES ON \`${schema}\`.* TO ${who}`)
  try {
    await connection.query(`REVOKE ${TABLE_RIGHTS} ON \`${schema}\`.* FROM ${who}`)
  } catch (error) {
    if (error.errno !== ER_NONEXISTING_GRANT) throw error
  }
}

/** The same by URLs; does nothing when one account serves both purposes. */
export async function grantAppRightsByUrl(migrateDatabaseUrl, databaseUrl) {
  const migrate = new URL(migrateDatabaseUrl)
  const app = new URL(databaseUrl)
  if (migrate.username === app.username) return
  const { default: mysql } = await import('mysql2/promise')
  const appConnection = await mysql.createConnection({ uri: databaseUrl })
  const [[{ who }]] = await appConnection.query('SELECT CURRENT_USER() AS who')
  await appConnection.end()
  const at = who.lastIndexOf('@')
  const connection = await mysql.createConnection({ uri: migrateDatabaseUrl })
  try {
    await grantAppRights(connection, {
      database: decodeURIComponent(app.pathname.slice(1)),
      account: who.slice(0, at),
      host: who.slice(at + 1),
    })
  } finally {
    await connection.end()
  }
}

async function currentDatabase(connection) {
  const [[row]] = await connection.query('SELECT DATABASE() AS name')
  return row.name
}
