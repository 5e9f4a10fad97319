/** One fault of one field, as the API names it. */
export interface FieldFault {
  path: string
  message: string
}

/** What went wrong with a request: `status` 0 means that no answer came at all. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  /** What is said beyond the title: what is wrong with that very file or field, and where. */
  readonly detail: string | undefined
  readonly errors: FieldFault[]
  readonly retryAfterS: number | undefined
  readonly requestId: string | undefined
  /** The whole problem document; a 409 carries the present record in it. */
  readonly problem: Record<string, unknown>

  constructor(status: number, problem: Record<string, unknown>, retryAfterS?: number) {
    const code = typeof problem.code === 'string' ? problem.code : `http/${status}`
    super(code)
    this.name = 'HttpError'
    this.status = status
    this.code = code
    const { detail, title } = problem
    this.detail = typeof detail === 'string' && detail !== title ? detail : undefined
    this.errors = Array.isArray(problem.errors) ? (problem.errors as FieldFault[]) : []
    this.retryAfterS = retryAfterS
    this.requestId = typeof problem.requestId === 'string' ? problem.requestId : undefined
    this.problem = problem
  }

  /** The server did not answer, or said that it cannot at present. */
  get away(): boolean {
    return this.code === 'client/offline' || this.code === 'client/timeout' || this.status >= 502
  }

  get aborted(): boolean {
    return this.code === 'client/aborted'
  }
}

/** An error of this side: no answer, too late, or called off. */
export function clientError(code: 'client/offline' | 'client/timeout' | 'client/aborted'): HttpError {
  return new HttpError(0, { code })
}

/** Seconds of a Retry-After header, whichever of its two forms it has. */
export function retryAfterSeconds(header: string | null, nowMs = Date.now()): number | undefined {
  if (header === null || header === '') return undefined
  if (/^\d+$/.test(header)) return Number(header)
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.ceil((atMs - nowMs) / 1000))
}
