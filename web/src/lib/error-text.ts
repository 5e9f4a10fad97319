import i18next from 'i18next'
import { formatClock } from './format.ts'
import { HttpError } from './problem.ts'

/** What happened, what is safe and what to do, in the reader's language. */
export function errorText(error: unknown): string {
  if (!(error instanceof HttpError)) return i18next.t('error.unknown')
  if (error.status === 429) return limitedText(error.retryAfterS)
  const byCode = `error.code.${error.code.replaceAll('/', '_')}`
  if (i18next.exists(byCode)) return i18next.t(byCode)
  const byStatus = `error.status.${error.status}`
  if (i18next.exists(byStatus)) return i18next.t(byStatus)
  return i18next.t(error.status >= 500 ? 'error.server' : 'error.unknown')
}

function limitedText(seconds: number | undefined): string {
  if (seconds === undefined) return i18next.t('error.limited')
  if (seconds <= 90) return i18next.t('error.limitedSeconds', { count: seconds })
  return i18next.t('error.limitedUntil', { time: formatClock(Date.now() + seconds * 1000) })
}
