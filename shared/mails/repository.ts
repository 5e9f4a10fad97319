import type { Db } from '../db/connect.ts'

/** A letter as the one who sends it needs it. */
export interface MailRow {
  id: string
  operation_id: string
  title: string
  language: 'en' | 'ms'
  recipients: string[]
  attach: number | boolean
  tries: number
  due_at: string
  /** The file it is about; null when it is gone from the shelf. */
  file_name: string | null
  file_path: string | null
  file_type: string | null
  file_bytes: number | null
}

/** Adds a letter that is due at once. */
export async function insertMail(
  trx: Db,
  mail: {
    operation_id: string
    title: string
    language: string
    recipients: readonly string[]
    attach: boolean
  },
  at: string,
): Promise<void> {
  await trx('mails').insert({
    ...mail,
    recipients: JSON.stringify(mail.recipients),
    due_at: at,
    created_at: at,
  })
}

/** The letter that has waited longest, if one is due. */
export async function nextMail(db: Db, now: string): Promise<MailRow | undefined> {
  const row = await db('mails as m')
    .comment('mails.next')
    .leftJoin('result_files as f', 'f.operation_id', 'm.operation_id')
    .where('m.status', 'waiting')
    .where('m.due_at', '<=', now)
    .orderBy('m.due_at')
    .orderBy('m.id')
    .first({
      id: 'm.id',
      operation_id: 'm.operation_id',
      title: 'm.title',
      language: 'm.language',
      recipients: 'm.recipients',
      attach: 'm.attach',
      tries: 'm.tries',
      due_at: 'm.due_at',
      file_name: 'f.name',
      file_path: 'f.path',
      file_type: 'f.content_type',
      file_bytes: 'f.bytes',
    })
  if (row === undefined) return undefined
  const { recipients } = row
  return { ...row, recipients: typeof recipients === 'string' ? JSON.parse(recipients) : recipients }
}

/** Changes a waiting letter that is still as it was seen; false: somebody else has it. */
export async function moveMail(
  db: Db,
  { id, due_at }: Pick<MailRow, 'id' | 'due_at'>,
  fields: Record<string, unknown>,
): Promise<boolean> {
  return (await db('mails').where({ id, due_at, status: 'waiting' }).update(fields)) === 1
}

/** Removes letters that ended more than so many days ago. */
export async function removeEndedMails(db: Db, days: number): Promise<void> {
  await db('mails')
    .whereNot({ status: 'waiting' })
    .where('ended_at', '<', db.raw('utc_timestamp(3) - interval ? day', [days]))
    .delete()
}
