import type { TFunction } from 'i18next'
import { HttpError } from '../../../lib/problem.ts'

/** The server's faults by field: a reason code in our words, else its sentence. */
export function faultsOf(
  error: unknown,
  t: TFunction,
  exists: (key: string) => boolean,
): Record<string, string> {
  if (!(error instanceof HttpError)) return {}
  if (error.code === 'state/duplicate' && typeof error.problem.field === 'string')
    return { [error.problem.field]: t('reasons.DUPLICATE_ID_NUMBER') }
  return Object.fromEntries(
    error.errors.map(({ path, message, code }: { path: string; message: string; code?: string }) => {
      const key = `reasons.${code}`
      return [path.replace(/^.*\./, ''), code !== undefined && exists(key) ? t(key) : message]
    }),
  )
}
