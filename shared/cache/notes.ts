import type { Knex } from '../db/connect.ts'
import { isConnectionLost } from '../db/errors.ts'
import type { Deps } from '../deps.ts'
import { pause } from '../units/pause.ts'
import { type CacheDeps, type Invalidation, invalidate } from './invalidate.ts'
import { stateOf } from './state.ts'

const NOTES_A_ROUND = 500
const OLD_AFTER_S = 1
const EVERY_MS = 1000

type NoteDeps = CacheDeps & Pick<Deps, 'db'>

/**
 * Writes in the transaction what its commit will make old; hand the answer to {@link invalidate} as `note`. Should
 * this process die or not reach the cache after the commit, another one repeats the invalidation within seconds.
 */
export async function noteInvalidation(trx: Knex.Transaction, what: Invalidation): Promise<string> {
  const [id] = await noteInsertion(trx, what)
  return String(id)
}

/** The insert of {@link noteInvalidation}, not yet run: for several writes in one round trip. */
export const noteInsertion = (trx: Knex.Transaction, what: Invalidation): Knex.QueryBuilder =>
  trx('cache_invalidations').insert({
    domain: what.domain,
    ids: what.ids === undefined ? null : JSON.stringify(what.ids),
  })

interface Note {
  id: string
  domain: string
  ids: string[] | string | null
}

const idsOf = (note: Note): string[] =>
  note.ids === null ? [] : typeof note.ids === 'string' ? (JSON.parse(note.ids) as string[]) : note.ids

/** Removes the notes this process has carried out and carries out those that nobody did; answers how many of these. */
export async function repeatInvalidations(deps: NoteDeps): Promise<number> {
  const state = stateOf(deps.cacheRedis)
  const done = state.confirmed.splice(0, NOTES_A_ROUND)
  if (done.length > 0) await deps.db('cache_invalidations').whereIn('id', done).delete()
  const left = (await deps
    .db('cache_invalidations')
    .where('created_at', '<', deps.db.raw('utc_timestamp(3) - interval ? second', [OLD_AFTER_S]))
    .orderBy('id')
    .limit(NOTES_A_ROUND)
    .select('id', 'domain', 'ids')) as Note[]
  for (const note of left) await invalidate(deps, { domain: note.domain, ids: idsOf(note), note: note.id })
  const repeated = state.confirmed.splice(0, NOTES_A_ROUND)
  if (repeated.length > 0) await deps.db('cache_invalidations').whereIn('id', repeated).delete()
  return left.length
}

/** Repeats what is left every second until told to stop; every API and worker process runs it. Never throws. */
export async function invalidationLoop(deps: NoteDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await repeatInvalidations(deps)
    } catch (error) {
      if (!isConnectionLost(error)) deps.log.error({ err: error }, 'invalidations cannot be repeated')
    }
    await pause(EVERY_MS, signal)
  }
}
