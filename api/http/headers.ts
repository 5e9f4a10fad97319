const PERMISSIONS_POLICY = 'camera=(), microphone=(), geolocation=(), payment=(), usb=()'

/** For answers that are data: nothing in them may run, load or be framed. */
export const DATA_CSP = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

/** For the staff page. Styles may be inline because the component kit writes them at run time; scripts may not. */
export const PAGE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self'; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const HSTS = 'max-age=63072000; includeSubDomains'

const COMMON: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Permissions-Policy', PERMISSIONS_POLICY],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['X-Frame-Options', 'DENY'],
]

/** The security headers of every answer, as pairs. `secure`: the browser came over TLS. */
export function securityHeaders(secure: boolean, csp: string): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [['Content-Security-Policy', csp], ...COMMON]
  if (secure) pairs.push(['Strict-Transport-Security', HSTS])
  return pairs
}

const DATA_PLAIN: readonly string[] = securityHeaders(false, DATA_CSP).flat()
const DATA_SECURE: readonly string[] = securityHeaders(true, DATA_CSP).flat()

/** The same for data as one flat list made once, because a hot answer is written with a single `writeHead`. */
export const dataHeaders = (secure: boolean): readonly string[] => (secure ? DATA_SECURE : DATA_PLAIN)

const NOTHING: readonly string[] = []
const SECURE_ONLY: readonly string[] = ['Strict-Transport-Security', HSTS]

/**
 * The same for 304: it has no content that they could speak of, and whoever keeps the answer keeps its headers
 * (RFC 9110, 15.4.5).
 */
export const notModifiedHeaders = (secure: boolean): readonly string[] => (secure ? SECURE_ONLY : NOTHING)
