import { finish } from '../cache/entry.ts'
import { AppError } from '../errors/app-error.ts'

/** The state a writer has seen: its version, or the ETag of the record as that reader sees it. */
export type Seen = { version: number } | { etag: string }

/** Throws `state/version` with the present record when the writer has seen another state than this. */
export function assertSeen(seen: Seen, version: number, current: unknown): void {
  const same = 'version' in seen ? seen.version === version : seen.etag === finish(current).etag
  if (!same) throw new AppError('state/version', { extra: { current } })
}
