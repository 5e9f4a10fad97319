import knexPkg, { type Knex } from 'knex'
import type { Logger } from '../log/log.ts'

export type { Knex }
/** What a function needs to run statements: the pool or one transaction. */
export type Db = Knex

export interface DatabaseOptions {
  url: string
  poolMax: number
  connectTimeoutMs: number
  idleTimeoutMs: number
  /** Longest a single statement may run on the server, ms. */
  statementTimeoutMs: number
  /** Longest wait for a row lock, s. */
  lockWaitS?: number
  /**
   * Longest the server waits for this client within a transaction, between two statements or in the midst of one whose
   * rows it sends or takes, s; then it ends the transaction with its connection.
   */
  idleTransactionS?: number
  /** Lets this pool send LOAD DATA LOCAL INFILE; only the worker's bulk connections, only from memory. */
  localInfile?: boolean
  log?: Logger
}

interface DriverConnection {
  query(sql: string, done: (error: Error | null) => void): void
}

const UTF8MB4_UNICODE_CI = 224

/** Connection settings of mysql2 that every pool of ours shares; LOCAL INFILE is never announced (see bulk connection). */
export function driverOptions(url: string, connectTimeoutMs: number, localInfile = false) {
  const at = new URL(url)
  return {
    host: at.hostname,
    port: Number(at.port || 3306),
    user: decodeURIComponent(at.username),
    password: decodeURIComponent(at.password),
    database: decodeURIComponent(at.pathname.slice(1)),
    // the number of utf8mb4_unicode_ci; knex would write a `charset` into CREATE TABLE, overriding the database's
    charsetNumber: UTF8MB4_UNICODE_CI,
    timezone: 'Z',
    connectTimeout: connectTimeoutMs,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    decimalNumbers: false,
    enableKeepAlive: true,
    multipleStatements: false,
    flags: [localInfile ? '+LOCAL_FILES' : '-LOCAL_FILES', '-FOUND_ROWS'],
  }
}

/**
 * Session settings of every connection: UTC, strict mode, a limit on each statement and each lock wait. Long IN-lists
 * stay index ranges: turned into a temporary table (the server's default from 1,000 on) they scan.
 */
export function sessionSetup(statementTimeoutMs: number, lockWaitS: number, idleTransactionS = 0): string {
  // a client that is frozen while it sends rows holds its locks as surely as one frozen between two statements; there
  // the server waits twice, for the next rows and for the end of them
  const inStatementS = Math.ceil(idleTransactionS / 2)
  const patience =
    idleTransactionS === 0
      ? ''
      : `, idle_transaction_timeout=${idleTransactionS}, net_read_timeout=${inStatementS}, net_write_timeout=${inStatementS}`
  return (
    `SET time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', ` +
    `max_statement_time=${statementTimeoutMs / 1000}, innodb_lock_wait_timeout=${lockWaitS}, tx_isolation='READ-COMMITTED', in_predicate_conversion_threshold=0${patience}`
  )
}

const DEFAULT_LOCK_WAIT_S = 8

/** Opens a connection pool: min 0 so that idle connections really close, every wait bounded. */
export function connectDatabase(options: DatabaseOptions): Knex {
  const setup = sessionSetup(
    options.statementTimeoutMs,
    options.lockWaitS ?? DEFAULT_LOCK_WAIT_S,
    options.idleTransactionS,
  )
  const note = (level: 'warn' | 'error') => (message: unknown) => {
    // knex prints driver texts, which may carry row values; only the kind of event is kept
    options.log?.[level](
      { from: 'knex', ...(message instanceof Error ? { err: message } : {}) },
      'database driver',
    )
  }
  return knexPkg.knex({
    client: 'mysql2',
    compileSqlOnError: false,
    acquireConnectionTimeout: options.connectTimeoutMs,
    connection: driverOptions(options.url, options.connectTimeoutMs, options.localInfile),
    pool: {
      min: 0,
      max: options.poolMax,
      idleTimeoutMillis: options.idleTimeoutMs,
      createTimeoutMillis: options.connectTimeoutMs,
      acquireTimeoutMillis: options.connectTimeoutMs,
      reapIntervalMillis: 1000,
      afterCreate: (
        connection: DriverConnection,
        done: (error: Error | null, connection: DriverConnection) => void,
      ) => connection.query(setup, (error) => done(error, connection)),
    },
    log: { warn: note('warn'), error: note('error'), deprecate: note('warn'), debug: () => undefined },
  })
}
