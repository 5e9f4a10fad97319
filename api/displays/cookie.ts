import { isLoopback, isSecure } from '../http/client.ts'
import { readCookie } from '../http/cookies.ts'
import type { Call } from '../http/route.ts'

const SECURE_NAME = '__Host-clinic-display'
const PLAIN_NAME = 'clinic-display'
const TOKEN = /^[A-Za-z0-9_-]{43}$/
/** The longest that browsers keep a cookie. */
const KEPT_S = 400 * 24 * 3600

/** Under TLS, and anywhere but plain loopback, only the `__Host-` name with `Secure` exists. */
const isPlain = ({ req, deps, address }: Call) => !isSecure(req, deps.config) && isLoopback(address)

/** The display token of a request, when its form is right. */
export function displayToken(call: Call): string | undefined {
  const value = readCookie(call.req.headers.cookie, isPlain(call) ? PLAIN_NAME : SECURE_NAME)
  return value !== undefined && TOKEN.test(value) ? value : undefined
}

/** `Set-Cookie` that makes a browser a paired screen, until it is revoked. */
export function displayCookie(call: Call, token: string): string {
  const plain = isPlain(call)
  const name = plain ? PLAIN_NAME : SECURE_NAME
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict${plain ? '' : '; Secure'}; Max-Age=${KEPT_S}`
}
