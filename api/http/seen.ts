import type { Seen } from '../../shared/db/seen.ts'
import { AppError } from '../../shared/errors/app-error.ts'

const VERSION = /^(?:W\/)?"?([1-9][0-9]{0,9})"?$/
const ETAG = /^"[\w-]{22}"$/

/** The state that `If-Match` names: a version, or the ETag of the record; undefined without the header. */
export function seenInHeader(ifMatch: string | undefined): Seen | undefined {
  if (ifMatch === undefined) return undefined
  const version = VERSION.exec(ifMatch.trim())
  if (version !== null) return { version: Number(version[1]) }
  if (ETAG.test(ifMatch.trim())) return { etag: ifMatch.trim() }
  throw new AppError('request/invalid', {
    errors: [{ path: 'If-Match', message: 'Must be one version or one ETag' }],
  })
}

/** The state a change is based on, from the body or the header; a change without one is refused. */
export function seenState(version: number | undefined, ifMatch: string | undefined): Seen {
  const seen = version === undefined ? seenInHeader(ifMatch) : { version }
  if (seen !== undefined) return seen
  throw new AppError('request/invalid', {
    errors: [{ path: 'version', message: 'Is needed, here or in If-Match' }],
  })
}
