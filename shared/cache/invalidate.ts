import type { Redis } from 'ioredis'
import type { Deps } from '../deps.ts'
import { dependentsOf } from './dependents.ts'
import { baseOf, eraKey, generationKey, TOKEN_TTL_MS } from './keys.ts'
import { INVALIDATE, run } from './scripts.ts'
import { type CacheState, stateOf } from './state.ts'

export type CacheDeps = Pick<Deps, 'cacheRedis' | 'prefix' | 'log'>

/** What a commit made old: the things by id and every list of the domain. */
export interface Invalidation {
  domain: string
  ids?: readonly string[]
  /** Number of the note written in the transaction (`noteInvalidation`). */
  note?: string
}

const IDS_A_CALL = 1000
/** Above this many unsent ids it is cheaper to forget the whole domain. */
const UNSENT_MAX_IDS = 20_000
const RETRY_EVERY_MS = 250

async function send(
  deps: CacheDeps,
  state: CacheState,
  domain: string,
  ids: readonly string[],
): Promise<void> {
  const keys = [eraKey(deps.prefix, domain), generationKey(deps.prefix, domain)]
  const base = baseOf(deps.prefix, domain, 'one')
  for (let at = 0; at === 0 || at < ids.length; at += IDS_A_CALL)
    await run(deps.cacheRedis, INVALIDATE, keys, [
      state.nextToken(),
      TOKEN_TTL_MS,
      base,
      ...ids.slice(at, at + IDS_A_CALL),
    ])
}

function keepUnsent(state: CacheState, domain: string, ids: readonly string[]): void {
  const entry = state.unsent.get(domain) ?? { ids: new Set<string>(), everything: false }
  for (const id of ids) entry.ids.add(id)
  if (entry.ids.size > UNSENT_MAX_IDS) {
    entry.ids.clear()
    entry.everything = true
  }
  state.unsent.set(domain, entry)
}

/**
 * Makes cached answers old after a commit and before the answer to it, in one round trip. Never throws: when the
 * cache cannot be reached, this process reads the domain from the database until it has been told, and the note in
 * the database makes others repeat it.
 */
export async function invalidate(deps: CacheDeps, what: Invalidation): Promise<void> {
  const state = stateOf(deps.cacheRedis)
  const told = [
    tell(deps, state, what.domain, what.ids ?? []),
    ...dependentsOf(what.domain).map((domain) => tell(deps, state, domain, [])),
  ]
  // a note is confirmed only when all of it has arrived
  const all = (await Promise.all(told)).every(Boolean)
  if (all && what.note !== undefined) state.confirmed.push(what.note)
}

async function tell(
  deps: CacheDeps,
  state: CacheState,
  domain: string,
  ids: readonly string[],
): Promise<boolean> {
  try {
    await send(deps, state, domain, ids)
    return true
  } catch (error) {
    keepUnsent(state, domain, ids)
    deps.log.warn({ err: error, domain }, 'the cache could not be told of a change')
    return false
  }
}

/** Makes every list of the domains old. Never throws, see {@link invalidate}. */
export async function bumpGenerations(deps: CacheDeps, domains: readonly string[]): Promise<void> {
  for (const domain of domains) await invalidate(deps, { domain })
}

/** Tries again to send what failed; answers whether the cache may be used for the domain. */
export async function mayUse(deps: CacheDeps, domain: string): Promise<boolean> {
  const state = stateOf(deps.cacheRedis)
  const entry = state.unsent.get(domain)
  if (entry === undefined) return true
  if (Date.now() < state.retryAtMs) return false
  state.retryAtMs = Date.now() + RETRY_EVERY_MS
  const ids = [...entry.ids]
  try {
    if (entry.everything) await forgetDomain(deps.cacheRedis, deps.prefix, domain)
    await send(deps, state, domain, ids)
  } catch {
    return false
  }
  // more may have failed while this was under way
  for (const id of ids) entry.ids.delete(id)
  if (entry.ids.size === 0) state.unsent.delete(domain)
  return entry.ids.size === 0
}

/** Makes every single thing of the domain old at once: without the era their keys cannot be found any more. */
const forgetDomain = (redis: Redis, prefix: string, domain: string) => redis.del(eraKey(prefix, domain))
