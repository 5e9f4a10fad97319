import { AppError } from '../errors/app-error.ts'

const MS_PER_S = 1000

/** 429 that says how much is allowed and when the count starts anew. */
export function limited(limit: number, resetMs: number): AppError {
  return new AppError('rate/limited', {
    retryAfterS: Math.max(1, Math.ceil(resetMs / MS_PER_S)),
    extra: { limit, remaining: 0 },
  })
}
