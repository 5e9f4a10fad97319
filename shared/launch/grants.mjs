// Rights of the application's account, per table: what is written to the audit can never be changed by the application,
// and of what moved in stock only whose it was (two records of one patient are made one).

const ANY_HOST = '%'
const AUDIT_PREFIX = 'audit_'
const AUDIT_RIGHTS = 'SELECT, INSERT'
const TABLE_RIGHTS = 'SELECT, INSERT, UPDATE, DELETE'
const STOCK_MOVEMENTS = 'stock_movements'
const STOCK_RIGHTS = 'SELECT, INSERT, UPDATE (patient_id)'
const ER_NONEXISTING_GRANT = 1141
const ER_NONEXISTING_TABLE_GRANT = 1147

function rightsOn(table) {
  if (table.startsWith(AUDIT_PREFIX)) return AUDIT_RIGHTS
  return table === STOCK_MOVEMENTS ? STOCK_RIGHTS : TABLE_RIGHTS
}

/** Takes rights back; those that were never given are no fault. */
async function revoke(connection, rights, from) {
  try {
    await connection.query(`REVOKE ${rights} ON ${from}`)
  } catch (error) {
    if (error.errno !== ER_NONEXISTING_GRANT && error.errno !== ER_NONEXISTING_TABLE_GRANT) throw error
  }
}

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
    const rights = rightsOn(name)
    // an earlier version gave more
    if (rights !== TABLE_RIGHTS)
      await revoke(connection, 'UPDATE, DELETE', `\`${schema}\`.\`${name}\` FROM ${who}`)
    await connection.query(`GRANT ${rights} ON \`${schema}\`.\`${name}\` TO ${who}`)
  }
  await connection.query(`GRANT CREATE TEMPORARY TABLES, LOCK TABLES ON \`${schema}\`.* TO ${who}`)
  await revoke(connection, TABLE_RIGHTS, `\`${schema}\`.* FROM ${who}`)
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
