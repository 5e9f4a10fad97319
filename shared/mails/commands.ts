import type { Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { toSqlUtc } from '../units/clock.ts'
import { insertMail, type MailRow, moveMail, nextMail, removeEndedMails } from './repository.ts'

export type { MailRow }

/** A letter about the file of an operation. */
export interface Mail {
  operationId: string
  title: string
  language: 'en' | 'ms'
  recipients: readonly string[]
  attach: boolean
}

/** Writes a letter down in the transaction of what it tells of; a worker sends it. */
export async function writeMail(
  trx: Knex.Transaction,
  { operationId, ...mail }: Mail,
  now: Date,
): Promise<void> {
  await insertMail(trx, { ...mail, operation_id: operationId }, toSqlUtc(now))
}

/** So long nobody else takes a letter that one worker has in hand: far longer than a mail server is waited for. */
const IN_HAND_MS = 10 * 60_000
const MINUTE_MS = 60_000
/** Pauses between tries, the last one for all that follow: a mail server may be away for a weekend. */
const PAUSES_MIN = [1, 5, 15, 60, 180, 360]
/** With the pauses above some three days. */
const MOST_TRIES = 16

type MailDeps = Pick<Deps, 'db' | 'clock'>

/** Takes the next letter that is due into one's hand; undefined: none, or somebody was quicker. */
export async function takeMail({ db, clock }: MailDeps): Promise<MailRow | undefined> {
  const now = clock.now()
  const mail = await reading(nextMail(db, toSqlUtc(now)))
  if (mail === undefined) return undefined
  const due_at = toSqlUtc(new Date(now.getTime() + IN_HAND_MS))
  const tries = mail.tries + 1
  return (await moveMail(db, mail, { due_at, tries })) ? { ...mail, due_at, tries } : undefined
}

/** Notes that a letter in one's hand was taken by the mail server. */
export async function noteSent({ db, clock }: MailDeps, mail: MailRow): Promise<void> {
  await moveMail(db, mail, { status: 'sent', fault: null, ended_at: toSqlUtc(clock.now()) })
}

/** Notes that it was not: it is tried again later, unless it would be in vain or was tried often enough. */
export async function noteNotSent(
  { db, clock }: MailDeps,
  mail: MailRow,
  fault: string,
  forGood: boolean,
): Promise<'waiting' | 'failed'> {
  const now = clock.now()
  if (forGood || mail.tries >= MOST_TRIES) {
    await moveMail(db, mail, { status: 'failed', fault, ended_at: toSqlUtc(now) })
    return 'failed'
  }
  const pauseMin = PAUSES_MIN[Math.min(mail.tries, PAUSES_MIN.length) - 1] ?? 1
  await moveMail(db, mail, { fault, due_at: toSqlUtc(new Date(now.getTime() + pauseMin * MINUTE_MS)) })
  return 'waiting'
}

const KEPT_DAYS = 180

/** Forgets letters that were sent or given up long ago. */
export async function forgetMails({ db }: Pick<Deps, 'db'>): Promise<void> {
  await removeEndedMails(db, KEPT_DAYS)
}
