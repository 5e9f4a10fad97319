import { BulkheadRejectedError } from 'cockatiel'
import { AppError } from '../errors/app-error.ts'
import { decode, encode, type Finished, finish, headerOf } from './entry.ts'
import { type CacheDeps, mayUse } from './invalidate.ts'
import { baseOf, eraKey, generationKey, TOKEN_TTL_MS } from './keys.ts'
import { GET_LIST, GET_ONE, LEASE_LIST, LEASE_ONE, PUT_LIST, PUT_ONE, run, type Script } from './scripts.ts'
import { type CacheState, type CacheStats, type LookUp, stateOf } from './state.ts'

/** An answer and where it came from; `BYPASS` means that the cache was not asked or did not answer. */
export interface Cached extends Finished {
  cache: 'HIT' | 'MISS' | 'BYPASS'
}

interface Question {
  domain: string
  /** What of the data this reader may see, and in which shape: answers of different roles never mix. */
  variant: string
  ttlS: number
}
export interface OneQuestion extends Question {
  id: string
}
export interface ListQuestion extends Question {
  /** The question itself, normalised. Put no patient datum in it: hash it. */
  key: string
}
type Load = () => Promise<unknown>

/** Longest a load may take before another reader tries as well. */
const LEASE_MS = 3000
const WAIT_STEP_MS = 20
const WAIT_MAX_MS = 3000
const TTL_JITTER = 0.1
/** Metadata (medications, settings, doctors) may be kept this long. */
export const METADATA_TTL_S = 24 * 3600

/** One place in the cache, found by a miss: how to fill it. */
interface Slot {
  key: string
  lease(token: string): Promise<unknown>
  put(token: string, entry: Buffer | ''): Promise<unknown>
}

const jittered = (ttlS: number): number =>
  Math.round(ttlS * 1000 * (1 - TTL_JITTER + 2 * TTL_JITTER * Math.random()))

/** A single thing by its id, from the cache or the database; null when `load` finds nothing. One round trip on a hit. */
export function cachedOne(deps: CacheDeps, ask: OneQuestion, load: Load): Promise<Cached | null> {
  return cached(deps, ask, load, {
    command: GET_ONE,
    token: eraKey(deps.prefix, ask.domain),
    base: baseOf(deps.prefix, ask.domain, 'one'),
    args: [ask.id, ask.variant],
    slot: (at) => ({
      key: at + ask.id,
      lease: (token) => run(deps.cacheRedis, LEASE_ONE, [at + ask.id], [ask.variant, token, LEASE_MS]),
      put: (token, entry) =>
        run(deps.cacheRedis, PUT_ONE, [at + ask.id], [ask.variant, token, entry, jittered(ask.ttlS)]),
    }),
  })
}

/** A list or search under its domain's generation, which is read before the database. One round trip on a hit. */
export async function cachedList(deps: CacheDeps, ask: ListQuestion, load: Load): Promise<Cached> {
  const name = `${ask.variant}:${ask.key}`
  const found = await cached(deps, ask, load, {
    command: GET_LIST,
    token: generationKey(deps.prefix, ask.domain),
    base: baseOf(deps.prefix, ask.domain, 'list'),
    args: [name],
    slot: (at) => ({
      key: at + name,
      lease: (token) => run(deps.cacheRedis, LEASE_LIST, [at + name, `${at}${name}:lock`], [token, LEASE_MS]),
      put: (token, entry) =>
        run(deps.cacheRedis, PUT_LIST, [at + name, `${at}${name}:lock`], [token, entry, jittered(ask.ttlS)]),
    }),
  })
  return found ?? { ...finish(null), cache: 'BYPASS' }
}

interface Place {
  command: Script
  token: string
  base: string
  args: string[]
  /** The slot under the token that the look-up answered; `at` ends where the name begins. */
  slot(at: string): Slot
}

async function cached(deps: CacheDeps, ask: Question, load: Load, place: Place): Promise<Cached | null> {
  const state = stateOf(deps.cacheRedis)
  const name = `${place.base}${place.args.join(' ')}`
  if (state.unsent.size > 0 && !(await mayUse(deps, ask.domain))) return bypass(state, name, load)
  let slot: Slot
  try {
    const { token, answer, isSpoilt } = await state.lookUps.ask(name, () => lookUp(deps, state, place, name))
    if (answer !== null) return hit(state, answer)
    slot = place.slot(`${place.base}${token}:`)
    // an entry nobody can read must not look like a filled one
    if (isSpoilt) await deps.cacheRedis.unlink(slot.key)
  } catch (error) {
    if (isWrongType(error)) await deps.cacheRedis.unlink(place.token).catch(() => undefined)
    return bypass(state, name, load)
  }
  return fill(state, slot, name, load)
}

async function lookUp(deps: CacheDeps, state: CacheState, place: Place, name: string): Promise<LookUp> {
  const held = state.held.get(name)
  const [token, value] = (await run(
    deps.cacheRedis,
    place.command,
    [place.token],
    [state.nextToken(), TOKEN_TTL_MS, place.base, held?.header ?? '', ...place.args],
  )) as [Buffer, Buffer | number | null]
  const present = token.toString('latin1')
  if (typeof value === 'number' && held !== undefined) {
    state.held.touch(name, held)
    return { token: present, answer: held.answer, isSpoilt: false }
  }
  const answer = Buffer.isBuffer(value) ? decode(value) : null
  if (answer === null) return { token: present, answer, isSpoilt: value !== null }
  const own = state.held.keep(name, headerOf(value as Buffer), answer)
  return { token: present, answer: own, isSpoilt: false }
}

function hit(state: CacheState, answer: Finished): Cached {
  state.stats.hits++
  return { json: answer.json, etag: answer.etag, cache: 'HIT' }
}

/** Fills a slot, or waits for whoever is filling it; the database after all when that takes too long. */
async function fill(state: CacheState, slot: Slot, name: string, load: Load): Promise<Cached | null> {
  for (let waitedMs = 0; waitedMs < WAIT_MAX_MS; waitedMs += WAIT_STEP_MS) {
    const token = state.nextToken()
    let what: string
    let value: Buffer | undefined
    try {
      const [kind, rest] = (await slot.lease(token)) as [Buffer, Buffer?]
      what = kind.toString('latin1')
      value = rest
    } catch {
      break
    }
    if (what === 'm') return miss(state, await begin(state, slot, token, load))
    if (what === 'v') {
      const answer = value === undefined ? null : decode(value)
      if (answer === null) break
      return hit(state, answer)
    }
    // The lease is still there, so nothing was committed since that load began: its answer is new enough for us.
    const flight = state.flights.get(value?.toString('latin1') ?? '')
    if (flight !== undefined) return miss(state, await flight)
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS))
  }
  return bypass(state, name, load)
}

function miss(state: CacheState, answer: Finished | null): Cached | null {
  state.stats.misses++
  return answer === null ? null : { ...answer, cache: 'MISS' }
}

function begin(state: CacheState, slot: Slot, token: string, load: Load): Promise<Finished | null> {
  const flight = (async () => {
    let entry: Buffer | '' = ''
    try {
      const value = await load()
      if (value === null || value === undefined) return null
      const answer = finish(value)
      entry = encode(answer)
      return answer
    } finally {
      // an empty entry gives the lease back; a cache that went away meanwhile costs nothing but the entry
      await slot.put(token, entry).catch(() => undefined)
      state.flights.delete(token)
    }
  })()
  state.flights.set(token, flight)
  return flight
}

async function bypass(state: CacheState, name: string, load: Load): Promise<Cached | null> {
  state.stats.bypassed++
  try {
    const value = await state.coalesce(name, () => state.limiter.execute(load))
    return value === null || value === undefined ? null : { ...finish(value), cache: 'BYPASS' }
  } catch (error) {
    if (error instanceof BulkheadRejectedError)
      throw new AppError('unavailable/busy', { retryAfterS: 1, cause: error })
    throw error
  }
}

const isWrongType = (error: unknown): boolean => error instanceof Error && error.message.includes('WRONGTYPE')

/** Hits, misses and reads past the cache of this process. */
export const cacheStats = (deps: CacheDeps): CacheStats => stateOf(deps.cacheRedis).stats
