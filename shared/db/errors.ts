import { AppError } from '../errors/app-error.ts'

const DUPLICATE_KEY = 1062
const NO_REFERENCED_ROW = 1452
const ROW_IS_REFERENCED = 1451
const NO_SUCH_TABLE = 1146
const LOCK_WAIT = 1205
const DEADLOCK = 1213
const SNAPSHOT_CHANGED = 1020
const QUERY_INTERRUPTED = 1317
const STATEMENT_TIMEOUT = 1969
const MAX_EXECUTION_TIME = 3024
const TABLE_FULL = 1114
const DISK_FULL = 1021
const TOO_MANY_CONNECTIONS = 1040
const SERVER_SHUTDOWN = 1053
const CONNECTION_KILLED = 1927

const CONNECTION_CODES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_CON_COUNT_ERROR',
])

function numberOf(error: unknown): number | undefined {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number'
    ? error.errno
    : undefined
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** A unique key refused the row. */
export const isDuplicateKey = (error: unknown): boolean => numberOf(error) === DUPLICATE_KEY

/** A foreign key refused the row: what it refers to is not there. */
export const isMissingReference = (error: unknown): boolean => numberOf(error) === NO_REFERENCED_ROW

/** A foreign key kept the row: something refers to it. */
export const isReferenced = (error: unknown): boolean => numberOf(error) === ROW_IS_REFERENCED

/** The schema is not there (yet). */
export const isMissingTable = (error: unknown): boolean => numberOf(error) === NO_SUCH_TABLE

/** The whole transaction must be run again: deadlock, lock wait (rolls back one statement only), changed snapshot. */
export function isRetryable(error: unknown): boolean {
  const n = numberOf(error)
  return n === DEADLOCK || n === LOCK_WAIT || n === SNAPSHOT_CHANGED
}

/** The statement ran into its time limit or was killed. */
export function isStatementTimeout(error: unknown): boolean {
  const n = numberOf(error)
  return n === STATEMENT_TIMEOUT || n === MAX_EXECUTION_TIME || n === QUERY_INTERRUPTED
}

/** The statement was killed from outside: by an administrator, or by a server that shuts down. */
export const isInterrupted = (error: unknown): boolean => numberOf(error) === QUERY_INTERRUPTED

/** The server is away, refuses connections or dropped this one; what the statement did is not known. */
export function isConnectionLost(error: unknown): boolean {
  const n = numberOf(error)
  if (n === TOO_MANY_CONNECTIONS || n === SERVER_SHUTDOWN || n === CONNECTION_KILLED) return true
  if (CONNECTION_CODES.has(codeOf(error) ?? '')) return true
  if (!(error instanceof Error)) return false
  return (
    error.name === 'KnexTimeoutError' ||
    /connection (is|was) (in )?closed|closed state|aborted/i.test(error.message)
  )
}

export function isDiskFull(error: unknown): boolean {
  const n = numberOf(error)
  return n === TABLE_FULL || n === DISK_FULL || codeOf(error) === 'ENOSPC'
}

/** A driver error as an error of ours: never with the driver's text, which carries row values. */
export function fromDatabase(error: unknown): unknown {
  if (error instanceof AppError) return error
  if (error instanceof Error && error.name === 'KnexTimeoutError') {
    return new AppError('unavailable/busy', {
      detail: 'No database connection became free in time.',
      retryAfterS: 2,
      cause: error,
    })
  }
  if (isConnectionLost(error)) return new AppError('unavailable/database', { retryAfterS: 5, cause: error })
  if (isStatementTimeout(error)) return new AppError('request/timeout', { retryAfterS: 5, cause: error })
  if (isDiskFull(error)) return new AppError('unavailable/disk-full', { retryAfterS: 60, cause: error })
  if (isRetryable(error)) return new AppError('unavailable/busy', { retryAfterS: 1, cause: error })
  return error
}
