import { createHash } from 'node:crypto'
import { AppError } from '../errors/app-error.ts'
import type { Db, Knex } from './connect.ts'
import { reading } from './transaction.ts'

/** A request that must be carried out once: who sent it under which key, and what it asked for. */
export interface Once {
  userId: string
  key: string
  sha256: string
}

/** The request of a signed-in person under an `Idempotency-Key`; undefined without a key. */
export function onceOf(
  userId: string | null | undefined,
  key: string | undefined,
  asked: unknown,
): Once | undefined {
  if (key === undefined || typeof userId !== 'string') return undefined
  return { userId, key, sha256: createHash('sha256').update(JSON.stringify(asked)).digest('hex') }
}

/** What an earlier request under this key made; throws `request/idempotency-mismatch` when it was another request. */
export async function madeBefore(db: Db, once: Once, entity: string): Promise<string | undefined> {
  const seen = await reading(
    db('idempotency_keys')
      .comment('idempotency.find')
      .where({ user_id: once.userId, idempotency_key: once.key })
      .first('request_sha256', 'entity', 'entity_id'),
  )
  if (seen === undefined) return undefined
  if (seen.request_sha256 !== once.sha256 || seen.entity !== entity)
    throw new AppError('request/idempotency-mismatch')
  return String(seen.entity_id)
}

/**
 * The insert that keeps what the request made, not yet run; a second request at the same time waits there and is
 * refused by the key. `entityId` may be a variable of the trip it is part of.
 */
export const onceInsertion = (
  trx: Knex.Transaction,
  once: Once,
  entity: string,
  entityId: string | Knex.Raw,
): Knex.QueryBuilder =>
  trx('idempotency_keys').insert({
    user_id: once.userId,
    idempotency_key: once.key,
    request_sha256: once.sha256,
    entity,
    entity_id: entityId,
  })
