import { generateSecret, generateURI } from 'otplib'
import qrcode from 'qrcode'
import { writeAudit } from '../audit/write.ts'
import type { Knex } from '../db/connect.ts'
import { inTransaction, reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { limited } from '../rights/limited.ts'
import type { Principal } from '../rights/permissions.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import type { Actor } from './commands.ts'
import { actedBy, type Origin } from './origin.ts'
import { findUser, grantsOf, patchUser, type UserRow } from './repository.ts'
import { checkLent, checkTarget } from './rules.ts'
import {
  judgeCode,
  lockSeed,
  lockTotp,
  replaceRecoveryCodes,
  TRIES_MAX,
  type Verdict,
} from './second-step.ts'
import { endSessionsOf } from './sessions.ts'
import { confirmPassword, openSession, type SignedIn } from './sign-in.ts'

/** A seed that was not confirmed within this time is forgotten. */
const SET_UP_MS = 15 * 60_000
const SEED_BYTES = 20
const ISSUER = 'Clinic'

const record = (trx: Knex.Transaction, deps: Deps, who: Actor, action: string, id: string, origin: Origin) =>
  writeAudit(
    trx,
    { ...actedBy(who, origin), action, entity: 'user', entityId: id, outcome: 'ok' },
    deps.clock.now(),
  )

function conflictUnless(isOn: boolean, row: UserRow): void {
  if ((row.totp_enabled_at !== null) !== isOn) throw new AppError('state/conflict')
}

/** What an authenticator needs to be set up: the seed to type, its address and the same as a picture (data URL). */
export interface SetUp {
  secret: string
  uri: string
  qr: string
}

/**
 * Makes a new seed for oneself, which changes nothing until a code of it is shown to {@link enableTwoFactor}. Takes
 * the password. Throws `auth/failed`, `state/conflict` when a second step is on already.
 */
export async function setUpTwoFactor(
  deps: Deps,
  principal: Principal,
  password: string,
  origin: Origin,
): Promise<SetUp> {
  const row = await confirmPassword(deps, principal, password, origin)
  conflictUnless(false, row)
  const secret = generateSecret({ length: SEED_BYTES })
  await inTransaction(deps.db, async (trx) => {
    conflictUnless(false, (await findUser(trx, row.id, 'update')) as UserRow)
    const made = {
      seed: lockSeed(deps, String(row.id), secret),
      made_at: toSqlUtc(deps.clock.now()),
      last_step: 0,
    }
    await trx('user_totp')
      .insert({ user_id: row.id, ...made })
      .onConflict('user_id')
      .merge(made)
  })
  const uri = generateURI({ issuer: ISSUER, label: row.username, secret })
  return { secret, uri, qr: await qrcode.toDataURL(uri) }
}

/** Commits the judgement of a code together with the change it allows; throws afterwards, so that tries stay counted. */
async function withCode<T>(
  deps: Deps,
  row: UserRow,
  code: string,
  change: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  const done = await inTransaction(deps.db, async (trx): Promise<{ verdict: Verdict; value?: T }> => {
    // the user's row before the seed's, in the order of every other command
    const now = await findUser(trx, row.id, 'update')
    if (now?.version !== row.version) throw new AppError('state/version')
    const verdict = await judgeCode(deps, trx, String(row.id), code)
    return verdict.ok ? { verdict, value: await change(trx) } : { verdict }
  })
  const { verdict } = done
  if (verdict.ok) return done.value as T
  throw verdict.waitMs === undefined ? new AppError('auth/totp-failed') : limited(TRIES_MAX, verdict.waitMs)
}

async function ownRow(deps: Deps, principal: Principal): Promise<UserRow> {
  const row = await reading(findUser(deps.db, principal.userId))
  if (row === undefined) throw new AppError('auth/required')
  return row
}

/**
 * Turns the second step on with a first code of the authenticator; answers the recovery codes, once. All sessions end
 * but a new one: the others were opened with a password alone. Throws `auth/totp-failed`, `state/conflict`, 429.
 */
export async function enableTwoFactor(
  deps: Deps,
  principal: Principal,
  code: string,
  origin: Origin,
): Promise<SignedIn & { recoveryCodes: string[] }> {
  const row = await ownRow(deps, principal)
  conflictUnless(false, row)
  const recoveryCodes = await withCode(deps, row, code, async (trx) => {
    const seed = await lockTotp(trx, String(row.id))
    const madeAt = Date.parse(fromSqlUtc(seed?.made_at ?? null) ?? '')
    if (!(madeAt + SET_UP_MS > deps.clock.now().getTime())) throw new AppError('state/conflict')
    await patchUser(trx, row.id, { totp_enabled_at: toSqlUtc(deps.clock.now()) })
    await record(trx, deps, principal, 'auth.2fa-enabled', row.id, origin)
    const codes = await replaceRecoveryCodes(trx, String(row.id))
    await endSessionsOf(deps, row.id)
    return codes
  })
  return { ...(await reopen(deps, principal, origin)), recoveryCodes }
}

async function reopen(deps: Deps, principal: Principal, origin: Origin): Promise<SignedIn> {
  return openSession(deps, await ownRow(deps, principal), origin, 'auth.login')
}

async function forget(trx: Knex.Transaction, userId: string): Promise<void> {
  await patchUser(trx, userId, { totp_enabled_at: null })
  await trx('recovery_codes').where({ user_id: userId }).delete()
  // the row stays for its count of tries; its seed opens nothing any more
  await trx('user_totp').where({ user_id: userId }).update({ seed: '', made_at: '1970-01-01 00:00:00.000' })
}

/** What proves once more that the person is who signed in. */
export interface Proof {
  password: string
  code: string
}

/** Turns one's own second step off; takes password and code, ends all sessions but a new one. */
export async function disableTwoFactor(
  deps: Deps,
  principal: Principal,
  { password, code }: Proof,
  origin: Origin,
): Promise<SignedIn> {
  const row = await confirmPassword(deps, principal, password, origin)
  conflictUnless(true, row)
  await withCode(deps, row, code, async (trx) => {
    await forget(trx, row.id)
    await record(trx, deps, principal, 'auth.2fa-disabled', row.id, origin)
    await endSessionsOf(deps, row.id)
  })
  return reopen(deps, principal, origin)
}

/** New recovery codes in place of all earlier ones, answered once; takes password and code. */
export async function renewRecoveryCodes(
  deps: Deps,
  principal: Principal,
  { password, code }: Proof,
  origin: Origin,
): Promise<{ recoveryCodes: string[] }> {
  const row = await confirmPassword(deps, principal, password, origin)
  conflictUnless(true, row)
  const recoveryCodes = await withCode(deps, row, code, async (trx) => {
    await record(trx, deps, principal, 'auth.recovery-codes', row.id, origin)
    return replaceRecoveryCodes(trx, String(row.id))
  })
  return { recoveryCodes }
}

/** Takes the second step off somebody who lost both telephone and codes; ends that person's sessions. */
export async function removeTwoFactor(
  deps: Deps,
  actor: Actor,
  userId: string,
  origin: Origin,
): Promise<void> {
  await inTransaction(deps.db, async (trx) => {
    const row = await findUser(trx, userId, 'update')
    if (row === undefined) throw new AppError('not-found')
    if (actor !== null) {
      checkTarget(actor, row)
      checkLent(actor, await grantsOf(trx, row.id))
    }
    conflictUnless(true, row)
    await forget(trx, row.id)
    await record(trx, deps, actor, 'users.remove-2fa', row.id, origin)
    await endSessionsOf(deps, row.id)
  })
}
