const HOUR_MS = 3_600_000
/** How long a domain's tokens live; a lost one only costs misses. */
export const TOKEN_TTL_MS = 7 * 24 * HOUR_MS

const root = (prefix: string, domain: string) => `${prefix}:cache:${domain}`

/** Token in the keys of single things; removing it forgets them all. */
export const eraKey = (prefix: string, domain: string): string => `${root(prefix, domain)}:era`

/** Token in the keys of lists; a commit replaces it. */
export const generationKey = (prefix: string, domain: string): string => `${root(prefix, domain)}:gen`

/** What stands before the token in a value's key. */
export const baseOf = (prefix: string, domain: string, kind: 'one' | 'list'): string =>
  `${root(prefix, domain)}:${kind}:`
