import { AppError } from '../../shared/errors/app-error.ts'
import type { Processor } from '../runtime/context.ts'

/** Job `reports.run`. */
export const runReport: Processor = async () => {
  throw new AppError('not-found')
}
