import { AppError } from '../errors/app-error.ts'

const RETRY_AFTER_S = 2

/** Runs a command on `REDIS_URL`; whatever goes wrong there is `unavailable/redis`, so that nothing opens by accident. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('unavailable/redis', { retryAfterS: RETRY_AFTER_S, cause: error })
  }
}
