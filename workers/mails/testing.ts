import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** One letter as the mail server got it. */
export interface Received {
  from: string
  to: string[]
  /** All of it, headers and parts. */
  raw: string
}

/** A real mail server on a free port. */
export interface MailServer {
  url: string
  received: Received[]
  close(): Promise<void>
}

/** Starts a mail server; it refuses recipients at `refused.test` for good. `port` 0: a free one. */
export async function startMailServer(port = 0): Promise<MailServer> {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      done(
        address.endsWith('@refused.test')
          ? Object.assign(new Error('No such mailbox'), { responseCode: 550 })
          : null,
      )
    },
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.once('end', () => {
        const { mailFrom, rcptTo } = envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(parts).toString('utf8'),
        })
        done()
      })
    },
  })
  // a client that goes away in the middle is no fault of the server's
  server.on('error', () => undefined)
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const { port: taken } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${taken}`,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
