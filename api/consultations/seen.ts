import { AppError } from '../../shared/errors/app-error.ts'
import { seenState } from '../http/seen.ts'

/** The version a change is based on, from the body or `If-Match`; an ETag would not say which. */
export function versionSeen(version: number | undefined, ifMatch: string | undefined): number {
  const seen = seenState(version, ifMatch)
  if ('version' in seen) return seen.version
  throw new AppError('request/invalid', { errors: [{ path: 'If-Match', message: 'Must be a version' }] })
}
