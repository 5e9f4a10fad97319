import { isSecure } from '../http/client.ts'
import type { Access, Call } from '../http/route.ts'

/** Who may see and print certificates: no diagnosis is in them. */
export const READERS: Access = { anyOf: ['certificates.view'] }
/** Who may write them; the command looks whose consultation it is. */
export const WRITERS: Access = { anyOf: ['certificates.write'] }

/** Where whoever holds a paper finds the clinic: `PUBLIC_URL`, or the address that was used to ask. */
export function originOf(call: Call): string {
  const { PUBLIC_URL } = call.deps.config
  if (PUBLIC_URL !== undefined) return new URL(PUBLIC_URL).origin
  const scheme = isSecure(call.req, call.deps.config) ? 'https' : 'http'
  return `${scheme}://${call.header('host') ?? 'localhost'}`
}
