import { randomInt } from 'node:crypto'
import { verify } from 'otplib'
import { readKeys } from '../config/config.ts'
import { isOldKey, lockSecret, unlockSecret } from '../config/secrets.ts'
import type { Knex } from '../db/connect.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { limited } from '../rights/limited.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { hashSecret } from './session-record.ts'

const STEP_S = 30
const MS_PER_S = 1000
/** Wrong codes within {@link TRIES_MS} before no further one is looked at. */
export const TRIES_MAX = 5
/** Time from the first wrong code until tries are free again. */
export const TRIES_MS = 15 * 60_000

const TOTP = /^\d{6}$/
const SPACING = /[\s-]/g

/** A row of `user_totp`; instants are UTC texts. */
export interface TotpRow {
  user_id: string
  seed: string
  made_at: string
  last_step: string
  tries: number
  tries_since: string | null
}

const COLUMNS = ['user_id', 'seed', 'made_at', 'last_step', 'tries', 'tries_since'] as const

/** Whose seed it is, bound to the encrypted text. */
const contextOf = (userId: string) => `totp:${userId}`

/** The seed as it is stored. */
export const lockSeed = (deps: Pick<Deps, 'config'>, userId: string, seed: string): string =>
  lockSecret(readKeys(deps.config, 'DATA_KEY_FILE'), seed, contextOf(userId))

/** The seed's row, held until the transaction ends: codes of one person are judged one after another. */
export const lockTotp = (trx: Knex.Transaction, userId: string): Promise<TotpRow | undefined> =>
  trx('user_totp').where({ user_id: userId }).forUpdate().first(COLUMNS)

/** What a judged code came to; `waitMs` when there are no tries left. */
export type Verdict = { ok: true; by: 'totp' | 'recovery' } | { ok: false; waitMs?: number }

/** Time until tries are free again; 0 when there are some. */
function waitOf(row: TotpRow, now: Date): number {
  const since = fromSqlUtc(row.tries_since)
  if (since === null || row.tries < TRIES_MAX) return 0
  return Math.max(0, Date.parse(since) + TRIES_MS - now.getTime())
}

async function countTry(trx: Knex.Transaction, row: TotpRow, now: Date): Promise<void> {
  const since = fromSqlUtc(row.tries_since)
  const isOver = since === null || Date.parse(since) + TRIES_MS <= now.getTime()
  await trx('user_totp')
    .where({ user_id: row.user_id })
    .update(isOver ? { tries: 1, tries_since: toSqlUtc(now) } : { tries: row.tries + 1 })
}

async function spendStep(deps: Deps, trx: Knex.Transaction, row: TotpRow, token: string): Promise<boolean> {
  // a seed that was taken back opens nothing
  if (row.seed === '') return false
  const keys = readKeys(deps.config, 'DATA_KEY_FILE')
  const secret = unlockSecret(keys, row.seed, contextOf(row.user_id))
  const epoch = Math.floor(deps.clock.now().getTime() / MS_PER_S)
  const last = Number(row.last_step)
  const found = await verify({ strategy: 'totp', secret, token, epoch, epochTolerance: STEP_S })
  if (!found.valid || !('timeStep' in found) || found.timeStep <= last) return false
  await trx('user_totp')
    .where({ user_id: row.user_id })
    .update({
      last_step: found.timeStep,
      ...(isOldKey(keys, row.seed) ? { seed: lockSecret(keys, secret, contextOf(row.user_id)) } : {}),
    })
  return true
}

async function spendRecovery(
  deps: Deps,
  trx: Knex.Transaction,
  userId: string,
  code: string,
): Promise<boolean> {
  const used = await trx('recovery_codes')
    .where({ user_id: userId, code_hash: hashSecret(code) })
    .whereNull('used_at')
    .update({ used_at: toSqlUtc(deps.clock.now()) })
  return used === 1
}

/**
 * Judges a code of the authenticator or a recovery code inside a transaction that must commit whatever the verdict:
 * a wrong one is counted, a right one is used up. Recovery codes are looked at even when no tries are left, because
 * they cannot be guessed, and so nobody who tries codes keeps the owner out.
 */
export async function judgeCode(
  deps: Deps,
  trx: Knex.Transaction,
  userId: string,
  code: string,
): Promise<Verdict> {
  const row = await lockTotp(trx, userId)
  if (row === undefined) return { ok: false }
  const plain = code.replace(SPACING, '').toLowerCase()
  const isTotp = TOTP.test(plain)
  if (!isTotp && (await spendRecovery(deps, trx, userId, plain))) return { ok: true, by: 'recovery' }
  const now = deps.clock.now()
  const waitMs = waitOf(row, now)
  if (waitMs > 0) return { ok: false, waitMs }
  if (isTotp && (await spendStep(deps, trx, row, plain))) return { ok: true, by: 'totp' }
  await countTry(trx, row, now)
  return { ok: false }
}

/** Judges a code in a transaction of its own; throws 429 when no tries are left. */
export async function tryCode(deps: Deps, userId: string, code: string): Promise<Verdict> {
  const verdict = await inTransaction(deps.db, (trx) => judgeCode(deps, trx, userId, code))
  if (!verdict.ok && verdict.waitMs !== undefined) throw limited(TRIES_MAX, verdict.waitMs)
  return verdict
}

const RECOVERY_CODES = 10
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 4
const GROUP_CHARS = 4

/** A recovery code: 79 random bits in letters that cannot be mistaken for each other. */
function newRecoveryCode(): string {
  const group = () => Array.from({ length: GROUP_CHARS }, () => READABLE[randomInt(READABLE.length)]).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}

/** Gives a person new recovery codes in place of all earlier ones; answered once, kept as hashes. */
export async function replaceRecoveryCodes(trx: Knex.Transaction, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
  await trx('recovery_codes').where({ user_id: userId }).delete()
  await trx('recovery_codes').insert(
    codes.map((code) => ({ user_id: userId, code_hash: hashSecret(code.replace(SPACING, '')) })),
  )
  return codes
}
