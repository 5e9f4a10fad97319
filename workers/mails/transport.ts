import { createTransport } from 'nodemailer'
import type { Config } from '../../shared/config/config.ts'

const CONNECT_WITHIN_MS = 15_000
const ANSWER_WITHIN_MS = 30_000
const PORT = { 'smtp:': 587, 'smtps:': 465 } as const
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/

/**
 * The way to the mail server of `SMTP_URL`; null without one. The connection is encrypted from its beginning (`smtps`) or
 * before anything is said (`smtp`), unless the server is this machine or the address ends in `?tls=off`.
 */
export function openTransport({ SMTP_URL }: Pick<Config, 'SMTP_URL'>) {
  if (SMTP_URL === undefined) return null
  const at = new URL(SMTP_URL)
  const plain = at.searchParams.get('tls') === 'off' || LOOPBACK.test(at.hostname)
  const user = decodeURIComponent(at.username)
  return createTransport({
    host: at.hostname,
    port: Number(at.port) || PORT[at.protocol as keyof typeof PORT],
    secure: at.protocol === 'smtps:',
    requireTLS: !plain,
    ignoreTLS: plain,
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(at.password) } }),
    connectionTimeout: CONNECT_WITHIN_MS,
    greetingTimeout: CONNECT_WITHIN_MS,
    socketTimeout: ANSWER_WITHIN_MS,
    // what a letter holds is given to it, never fetched by its text
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/** A way to a mail server. */
export type MailTransport = NonNullable<ReturnType<typeof openTransport>>

const REFUSED_FOR_GOOD = 500

/** What went wrong, by its kind alone: what a server says may quote addresses. `forGood`: trying again is in vain. */
export function faultOf(error: unknown): { fault: string; forGood: boolean } {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }
  const refused = Number(responseCode) >= REFUSED_FOR_GOOD
  const kind = typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : 'unknown'
  return {
    fault: Number(responseCode) > 0 ? `${kind} ${Number(responseCode)}` : kind,
    forGood: refused && (kind === 'EENVELOPE' || kind === 'EMESSAGE'),
  }
}
