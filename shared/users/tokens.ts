import type { z } from 'zod'
import { writeAudit } from '../audit/write.ts'
import { inTransaction, reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { PERMISSIONS, type Principal } from '../rights/permissions.ts'
import { hiddenRoles } from '../rights/rank.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { actedBy, type Origin } from './origin.ts'
import { findUser, grantsOf } from './repository.ts'
import type { TokenBody, tokenView } from './schema.ts'
import { hashSecret, type Identity, newSecret, readSnapshot } from './session-record.ts'
import { endSession, putSnapshot } from './sessions.ts'
import {
  findTokenRow,
  insertToken,
  isTokenLive,
  listTokenRows,
  lockTokenRow,
  type TokenRow,
} from './token-rows.ts'
import { toSessionData } from './view.ts'

export type TokenView = z.infer<typeof tokenView>

/** Makes a token recognisable to people and to scanners for leaked secrets. */
const PREFIX = 'clinic_'
/** How long a token is answered for without asking the database again. */
const SNAPSHOT_MS = 5 * 60_000

const nowText = (deps: Deps) => toSqlUtc(deps.clock.now())

const view = (row: TokenRow): TokenView => ({
  id: String(row.id),
  name: row.name,
  owner: { id: String(row.user_id), username: row.username },
  scopes: scopesOf(row),
  perHour: row.per_hour,
  createdAt: fromSqlUtc(row.created_at) ?? '',
  expiresAt: fromSqlUtc(row.expires_at),
  lastUsedAt: fromSqlUtc(row.last_used_at),
})

function scopesOf(row: TokenRow): TokenView['scopes'] {
  const stored = row.scopes.split(' ')
  return PERMISSIONS.filter((each) => stored.includes(each))
}

/** The working tokens of everybody this person may see. */
export async function listTokens(deps: Deps, actor: Principal): Promise<TokenView[]> {
  return (await reading(listTokenRows(deps.db, nowText(deps), hiddenRoles(actor)))).map(view)
}

/** Makes a token of one's own; the secret is answered once. Nobody gives it what he may not do himself. */
export async function createToken(
  deps: Deps,
  actor: Principal,
  body: TokenBody,
  origin: Origin,
): Promise<TokenView & { token: string }> {
  if (body.scopes.some((each) => !actor.permissions.has(each))) throw new AppError('auth/forbidden')
  const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt)
  if (expiresAt !== null && expiresAt <= deps.clock.now()) {
    throw new AppError('rule/broken', { errors: [{ path: 'expiresAt', message: 'Must be in the future' }] })
  }
  const token = PREFIX + newSecret()
  const row = await inTransaction(deps.db, async (trx) => {
    const id = await insertToken(trx, {
      user_id: actor.userId,
      name: body.name,
      token_hash: hashSecret(token),
      scopes: [...new Set(body.scopes)],
      per_hour: body.perHour,
      created_at: nowText(deps),
      expires_at: expiresAt === null ? null : toSqlUtc(expiresAt),
    })
    await writeAudit(
      trx,
      {
        ...actedBy(actor, origin),
        action: 'tokens.create',
        entity: 'token',
        entityId: id,
        outcome: 'ok',
        detail: { scopes: body.scopes },
      },
      deps.clock.now(),
    )
    return lockTokenRow(trx, id, nowText(deps))
  })
  if (row === undefined) throw new AppError('internal')
  return { ...view(row), token }
}

/** Ends a token at once. */
export async function revokeToken(deps: Deps, actor: Principal, id: string, origin: Origin): Promise<void> {
  await inTransaction(deps.db, async (trx) => {
    const row = await lockTokenRow(trx, id, nowText(deps))
    if (row === undefined || hiddenRoles(actor).includes(row.role)) throw new AppError('not-found')
    await trx('api_tokens')
      .where({ id })
      .update({ revoked_at: nowText(deps) })
    await writeAudit(
      trx,
      { ...actedBy(actor, origin), action: 'tokens.revoke', entity: 'token', entityId: id, outcome: 'ok' },
      deps.clock.now(),
    )
    await endSession(deps, String(row.user_id), row.token_hash)
  })
}

/**
 * Puts a token into the session store, so that its next calls are checked like a session's; null when no such token
 * works. Its rights are its owner's of this moment, less what it was not given.
 */
export async function admitToken(deps: Deps, tokenHash: string, origin: Origin): Promise<Identity | null> {
  const row = await reading(findTokenRow(deps.db, tokenHash, nowText(deps)))
  const owner = row === undefined ? undefined : await reading(findUser(deps.db, row.user_id))
  if (row === undefined || owner === undefined) return null
  const data = {
    ...toSessionData(owner, await reading(grantsOf(deps.db, owner.id))),
    token: { id: String(row.id), scopes: scopesOf(row), perHour: row.per_hour },
  }
  const leftMs =
    row.expires_at === null
      ? SNAPSHOT_MS
      : Date.parse(fromSqlUtc(row.expires_at) ?? '') - deps.clock.now().getTime()
  const lastsMs = Math.max(1, Math.min(SNAPSHOT_MS, leftMs))
  const place = { address: origin.address ?? '', userAgent: origin.userAgent ?? '' }
  await putSnapshot(deps, tokenHash, data, place, lastsMs, lastsMs)
  // the same order as at a sign-in: whoever ends the token or changes its owner either sees the snapshot or is seen
  const live = await inTransaction(deps.db, async (trx) => {
    const still = await isTokenLive(trx, row.id, owner.version)
    if (still)
      await trx('api_tokens')
        .where({ id: row.id })
        .update({ last_used_at: nowText(deps) })
    return still
  })
  if (live) return readSnapshot(JSON.stringify(data))
  await endSession(deps, String(row.user_id), tokenHash)
  return null
}
