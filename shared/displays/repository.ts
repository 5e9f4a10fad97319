import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'

/** A row of `displays` without its secrets. */
export interface DisplayRow {
  id: string
  name: string
  code_expires_at: string | null
  created_at: string
  paired_at: string | null
  revoked_at: string | null
}

const COLUMNS = [
  'id',
  'name',
  'code_expires_at',
  'created_at',
  'paired_at',
  'revoked_at',
] as const satisfies readonly (keyof DisplayRow)[]

/** More screens than any clinic has, revoked ones too: bounds the list. */
const MOST = 200

export const listDisplays = (db: Db): Promise<DisplayRow[]> =>
  reading(
    db('displays').comment('displays.list').orderBy('id', 'desc').limit(MOST).select(COLUMNS) as PromiseLike<
      DisplayRow[]
    >,
  )

export async function insertDisplay(
  trx: Knex.Transaction,
  row: {
    name: string
    code_hash: string
    code_expires_at: string
    created_by: string | null
    created_at: string
  },
): Promise<string> {
  const [id] = await trx('displays').comment('displays.insert').insert(row)
  return String(id)
}

/** The screen that waits under a pairing code, locked: who comes second finds the code gone. */
export const lockByCode = (
  trx: Knex.Transaction,
  codeHash: string,
  at: string,
): Promise<{ id: string; name: string } | undefined> =>
  trx('displays')
    .comment('displays.lock-by-code')
    .where({ code_hash: codeHash })
    .where('code_expires_at', '>', at)
    .whereNull('revoked_at')
    .forUpdate()
    .first('id', 'name')

/** Hands the screen its token and takes the code away. */
export async function pairRow(
  trx: Knex.Transaction,
  id: string,
  tokenHash: string,
  at: string,
): Promise<void> {
  await trx('displays')
    .comment('displays.pair')
    .where({ id })
    .update({ token_hash: tokenHash, code_hash: null, code_expires_at: null, paired_at: at })
}

/** One screen under a lock, with the hash that its token has. */
export const lockDisplay = (
  trx: Knex.Transaction,
  id: string,
): Promise<{ id: string; token_hash: string | null; revoked_at: string | null } | undefined> =>
  trx('displays').comment('displays.lock').where({ id }).forUpdate().first('id', 'token_hash', 'revoked_at')

/** Takes away code and token for good. */
export async function revokeRow(trx: Knex.Transaction, id: string, at: string): Promise<void> {
  await trx('displays')
    .comment('displays.revoke')
    .where({ id })
    .update({ code_hash: null, code_expires_at: null, token_hash: null, revoked_at: at })
}

/** The paired screens that have these token hashes. */
export const findByTokens = (
  db: Db,
  tokenHashes: readonly string[],
): Promise<{ id: string; name: string; token_hash: string }[]> =>
  reading(
    db('displays')
      .comment('displays.by-token')
      .whereIn('token_hash', [...tokenHashes])
      .select('id', 'name', 'token_hash') as PromiseLike<{ id: string; name: string; token_hash: string }[]>,
  )

/** What a screen has said of a call so far. */
export interface AckRow {
  shown_at: string | null
  spoken_at: string | null
}

/** Keeps the first time of each; answers what is kept now and whether that is news. */
export async function keepAck(
  trx: Knex.Transaction,
  key: { call_id: string; display_id: string },
  said: AckRow,
): Promise<{ now: AckRow; isNews: boolean }> {
  // 1: new, 2: changed, 0: nothing that was not known
  const [{ affectedRows }] = (await trx.raw(
    `/* displays.keep-ack */ insert into call_acks (call_id, display_id, shown_at, spoken_at) values (?, ?, ?, ?)
      on duplicate key update shown_at = coalesce(shown_at, values(shown_at)),
        spoken_at = coalesce(spoken_at, values(spoken_at))`,
    [key.call_id, key.display_id, said.shown_at, said.spoken_at],
  )) as unknown as [{ affectedRows: number }]
  const now = await trx('call_acks').comment('displays.ack').where(key).first('shown_at', 'spoken_at')
  return { now: now as AckRow, isNews: affectedRows > 0 }
}
