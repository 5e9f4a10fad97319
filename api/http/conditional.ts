import { createHash } from 'node:crypto'

const TAG_CHARS = 22

/** ETag of an answer's bytes. */
export const etagOf = (bytes: Buffer): string =>
  `"${createHash('sha1').update(bytes).digest('base64url').slice(0, TAG_CHARS)}"`

const opaque = (tag: string) => tag.trim().replace(/^W\//, '')

/** Whether an `If-None-Match` names this tag (weak comparison, RFC 9110). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch === etag || ifNoneMatch === '*') return true
  const wanted = opaque(etag)
  return ifNoneMatch.split(',').some((tag) => opaque(tag) === wanted)
}
