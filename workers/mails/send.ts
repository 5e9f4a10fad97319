import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import type { Deps } from '../../shared/deps.ts'
import { resultPath } from '../../shared/files/store.ts'
import { type MailRow, noteNotSent, noteSent, takeMail } from '../../shared/mails/commands.ts'
import { settingsOf } from '../../shared/settings/reads.ts'
import { letterOf } from './letter.ts'
import { faultOf, type MailTransport, openTransport } from './transport.ts'

const LOOK_EVERY_MS = 5_000
/** Larger ones are refused by most mail servers; the letter says where the file lies all the same. */
const LARGEST_ATTACHMENT_BYTES = 10 * 1024 * 1024
const NOT_SET_UP = 'not-set-up'

const siteOf = ({ config }: Pick<Deps, 'config'>): string => config.PUBLIC_URL ?? 'http://localhost'

/** The file of a letter, if it goes with it: wanted, still there and not too large. */
async function attachmentOf(deps: Deps, mail: MailRow) {
  const { file_path: path, file_name: filename, file_type: contentType, file_bytes: bytes } = mail
  if (Number(mail.attach) !== 1 || path === null || filename === null) return null
  if (Number(bytes) > LARGEST_ATTACHMENT_BYTES) return null
  const at = resultPath(deps, path)
  const isThere = await access(at).then(
    () => true,
    () => false,
  )
  return isThere ? { filename, contentType: contentType ?? undefined, content: createReadStream(at) } : null
}

async function send(deps: Deps, transport: MailTransport, mail: MailRow): Promise<void> {
  const site = new URL(siteOf(deps))
  const attachment = await attachmentOf(deps, mail)
  const { 'clinic.name': clinic } = await settingsOf(deps)
  const link = new URL('/reports', site).href
  const letter = letterOf(mail.language, { title: mail.title, clinic, link, isAttached: attachment !== null })
  try {
    await transport.sendMail({
      from: deps.config.MAIL_FROM ?? `clinic@${site.hostname}`,
      to: mail.recipients,
      ...letter,
      // the same for every try: where a letter arrives twice, the second is seen to be the first
      messageId: `<${mail.operation_id}@${site.hostname}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      ...(attachment === null ? {} : { attachments: [attachment] }),
    })
  } finally {
    attachment?.content.destroy()
  }
}

/** Sends the next letter that is due; false: there is none. */
export async function sendNext(deps: Deps, transport: MailTransport | null): Promise<boolean> {
  const mail = await takeMail(deps)
  if (mail === undefined) return false
  const about = { mailId: mail.id, operationId: mail.operation_id, tries: mail.tries }
  if (transport === null) {
    await noteNotSent(deps, mail, NOT_SET_UP, true)
    deps.log.error(about, 'a mail cannot be sent: SMTP_URL is not set')
    return true
  }
  try {
    await send(deps, transport, mail)
  } catch (error) {
    const { fault, forGood } = faultOf(error)
    const status = await noteNotSent(deps, mail, fault, forGood)
    deps.log[status === 'failed' ? 'error' : 'warn']({ ...about, fault, status }, 'a mail was not sent')
    return true
  }
  await noteSent(deps, mail)
  deps.log.info(about, 'mail sent')
  return true
}

/** Sends what waits, one letter after the other, until the signal aborts. Any number of workers may do it. */
export function startMails(deps: Deps, signal: AbortSignal): void {
  const transport = openTransport(deps.config)
  const look = async () => {
    try {
      while (!signal.aborted && (await sendNext(deps, transport))) {}
    } catch (err) {
      if (!signal.aborted) deps.log.warn({ err }, 'mails were not looked at; tried again in a moment')
    }
    if (!signal.aborted) timer = setTimeout(look, LOOK_EVERY_MS)
  }
  let timer = setTimeout(look, LOOK_EVERY_MS * Math.random())
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}
