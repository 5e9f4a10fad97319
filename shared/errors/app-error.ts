import { ERRORS, type ErrorCode, type ErrorRule } from './table.ts'

/** One fault of one field: `path` as in `patient.name`; `message` never repeats the submitted value. */
export interface FieldFault {
  path: string
  message: string
  /** The reason by name, where a page may say it in another language. */
  code?: string
}

export interface AppErrorDetails {
  /** One sentence for the person; no submitted value, SQL or patient datum. */
  detail?: string
  errors?: FieldFault[]
  retryAfterS?: number
  /** Further members of the problem document (the current record on a 409, for example). */
  extra?: Record<string, unknown>
  cause?: unknown
}

/** The only error that code of ours throws on purpose; its meaning is the row of its code in the error table. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly errors: FieldFault[] | undefined
  readonly retryAfterS: number | undefined
  readonly extra: Record<string, unknown> | undefined

  constructor(code: ErrorCode, details: AppErrorDetails = {}) {
    super(details.detail ?? ERRORS[code].title, { cause: details.cause })
    this.name = 'AppError'
    this.code = code
    this.detail = details.detail
    this.errors = details.errors
    this.retryAfterS = details.retryAfterS
    this.extra = details.extra
  }

  get rule(): ErrorRule {
    return ERRORS[this.code]
  }
}

/** The RFC 9457 document of an error, as answered over HTTP and stored on a failed operation. */
export interface Problem {
  type: string
  title: string
  status: number
  code: ErrorCode
  /** The title where there is nothing more exact to say: readers may count on it. */
  detail: string
  instance?: string
  requestId?: string
  errors?: FieldFault[]
  [extra: string]: unknown
}

/** Turns an error into the document that may leave the server. Unknown errors become `internal` without their text. */
export function toProblem(error: unknown, where: { instance?: string; requestId?: string } = {}): Problem {
  const known = error instanceof AppError ? error : new AppError('internal')
  return {
    type: `urn:clinic:error:${known.code}`,
    title: known.rule.title,
    status: known.rule.status,
    code: known.code,
    detail: known.detail ?? known.rule.title,
    ...where,
    ...(known.errors === undefined ? {} : { errors: known.errors }),
    ...known.extra,
  }
}
