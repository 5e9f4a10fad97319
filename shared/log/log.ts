import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from '../config/config.ts'
import { AppError } from '../errors/app-error.ts'

export type { Logger }

interface SafeError {
  type: string
  code?: string
  stack?: string
}

/**
 * What of an error may be logged: its type, code and the stack without the message line, because messages of the
 * database driver carry row values (names, identity numbers).
 */
export function safeError(error: unknown): SafeError {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  const own = error instanceof AppError ? `${error.code}\n` : ''
  return { type: error.name, ...(code === undefined ? {} : { code }), stack: own + frames.join('\n') }
}

/** The process's logger: one JSON object a line on standard output, errors through {@link safeError}. */
export function createLog(
  config: Pick<Config, 'LOG_LEVEL'>,
  service: string,
  to?: DestinationStream,
): Logger {
  const options = {
    level: config.LOG_LEVEL,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: safeError },
    redact: {
      paths: ['password', 'cookie', 'authorization', '*.password', '*.cookie', '*.authorization'],
      remove: true,
    },
  }
  return to === undefined ? pino(options) : pino(options, to)
}
