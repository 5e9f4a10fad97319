import { isLoopback } from './client.ts'

const SECURE_NAME = '__Host-clinic'
const PLAIN_NAME = 'clinic'
const SECRET = /^[A-Za-z0-9_-]{43}$/

/** Where a request came from, as far as the cookie's name depends on it. */
export interface CookieScope {
  secure: boolean
  address: string
}

/** Under TLS, and anywhere but plain loopback, only the `__Host-` name with `Secure` exists. */
const isPlain = ({ secure, address }: CookieScope) => !secure && isLoopback(address)

/** Value of one cookie; undefined when it is absent or stands twice, because no two readers agree which one counts. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  let found: string | undefined
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at === -1 || pair.slice(0, at).trim() !== name) continue
    if (found !== undefined) return undefined
    found = pair.slice(at + 1).trim()
  }
  return found
}

/** The session secret of a request, when its form is right. */
export function sessionSecret(header: string | undefined, scope: CookieScope): string | undefined {
  if (header === undefined) return undefined
  const value = readCookie(header, isPlain(scope) ? PLAIN_NAME : SECURE_NAME)
  return value !== undefined && SECRET.test(value) ? value : undefined
}

const attributes = (plain: boolean) => `Path=/; HttpOnly; SameSite=Lax${plain ? '' : '; Secure'}`

/** `Set-Cookie` that hands out a session. It ends with the browser; the server ends it earlier. */
export function sessionCookie(secret: string, scope: CookieScope): string {
  const plain = isPlain(scope)
  return `${plain ? PLAIN_NAME : SECURE_NAME}=${secret}; ${attributes(plain)}`
}

/** `Set-Cookie` that takes it back. */
export function endedCookie(scope: CookieScope): string {
  const plain = isPlain(scope)
  return `${plain ? PLAIN_NAME : SECURE_NAME}=; ${attributes(plain)}; Max-Age=0`
}
