import { Counter } from 'prom-client'
import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { MetricSource } from '../ops/metrics.ts'
import { knownAddressKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { blockAutomatically, rulesVersionKey } from './commands.ts'
import { type Network, NetworkMap, parseNetwork } from './networks.ts'
import { rulesInForce } from './repository.ts'

/** Why an address is shut out: by a person (everything), or by the system (whoever is not signed in). */
export type Blocked = 'manual' | 'automatic'

/** What an address did wrong. */
export type Abuse = 'sign-in' | 'flood'

/** The rules about addresses as one process holds them: asking costs no round trip. */
export interface AddressGuard {
  /** Whether an address is shut out; a rule that allows it comes before any that does not. */
  judge(address: string): Blocked | null
  /** Counts a request that was refused because of {@link judge}. */
  refused(kind: Blocked): void
  /** Counts one wrong-doing of somebody who is not signed in; enough of them shut the address out. */
  misbehaved(address: string, abuse: Abuse): void
  /** Reads the rules if they have changed, and writes down what was counted. Runs every second by itself. */
  tick(): Promise<void>
  source: MetricSource
  stop(): void
}

const EVERY_MS = 1000
/** Rules are read anew at least this often, whatever Redis says: a process may have died before it told of a change. */
const STALE_MS = 60_000
/** The same while Redis says nothing. */
const STALE_ALONE_MS = 5000
const WINDOW_MS = 10 * 60_000
/** Far above what a busy front desk gets wrong in ten minutes, and what a page that forgot to stop asks for. */
const ALLOWED: Readonly<Record<Abuse, number>> = { 'sign-in': 100, flood: 600 }
const REASONS: Readonly<Record<Abuse, string>> = {
  'sign-in': 'Too many failed sign-ins',
  flood: 'Went on long after the limit was reached',
}
/** Addresses counted between two ticks; more at once are an attack that no list of addresses ends. */
const COUNTED_MAX = 10_000

const ADD = script(`
local n = redis.call('INCRBY', KEYS[1], ARGV[1])
if n == tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return { n, redis.call('EXISTS', KEYS[2]) }`)

interface Held {
  kind: 'block' | 'allow'
  by: Blocked
  endsAtMs: number
}

/** Opens the guard of a process. Addresses where somebody signed in lately are never shut out by the system. */
export function openGuard(deps: Deps): AddressGuard {
  let rules = new NetworkMap<Held[]>([])
  let version: string | null | undefined
  let readAtMs = Number.NEGATIVE_INFINITY
  const counted = new Map<string, number>()
  const refusals = new Counter({
    name: 'clinic_blocked_requests_total',
    help: 'Requests refused because their address is shut out',
    labelNames: ['by'],
    registers: [],
  })
  for (const by of ['manual', 'automatic']) refusals.inc({ by }, 0)

  async function readRules(): Promise<void> {
    const said = await deps.redis.get(rulesVersionKey(deps)).catch(() => undefined)
    const ageMs = performance.now() - readAtMs
    if (said === undefined ? ageMs < STALE_ALONE_MS : said === version && ageMs < STALE_MS) return
    const rows = await reading(rulesInForce(deps.db, toSqlUtc(deps.clock.now())))
    const byNetwork = new Map<string, [Network, Held[]]>()
    for (const row of rows) {
      const network = parseNetwork(row.network)
      if (network === null) continue
      const endsAt = fromSqlUtc(row.expires_at)
      const held: Held = {
        kind: row.kind,
        by: row.automatic === 1 ? 'automatic' : 'manual',
        endsAtMs: endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(endsAt),
      }
      const entry = byNetwork.get(network.text)
      if (entry === undefined) byNetwork.set(network.text, [network, [held]])
      else entry[1].push(held)
    }
    rules = new NetworkMap(byNetwork.values())
    version = said
    readAtMs = performance.now()
  }

  async function writeCounts(): Promise<void> {
    const counts = [...counted]
    counted.clear()
    for (const [key, n] of counts) {
      const at = key.indexOf(' ')
      const abuse = key.slice(0, at) as Abuse
      const address = key.slice(at + 1)
      const counter = `${deps.prefix}:abuse:${abuse}:${address}`
      const keys = [counter, knownAddressKey(deps.prefix, address)]
      const [total, known] = (await ADD(deps.redis, keys, [n, WINDOW_MS])) as [number, number]
      if (total <= ALLOWED[abuse] || known === 1) continue
      await deps.redis.del(counter)
      if (await blockAutomatically(deps, address, REASONS[abuse]))
        deps.log.warn({ abuse }, 'address shut out')
    }
  }

  function judge(address: string): Blocked | null {
    let found: Blocked | null = null
    for (const list of rules.of(address)) {
      for (const { kind, by, endsAtMs } of list) {
        if (endsAtMs <= deps.clock.now().getTime()) continue
        if (kind === 'allow') return null
        if (found !== 'manual') found = by
      }
    }
    return found
  }

  const tick = async () => {
    const done = await Promise.allSettled([readRules(), writeCounts()])
    for (const each of done)
      if (each.status === 'rejected') deps.log.debug({ err: each.reason }, 'rules about addresses not tended')
  }
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    void tick().finally(() => {
      running = false
    })
  }, EVERY_MS)
  timer.unref()
  return {
    judge,
    refused: (by) => refusals.inc({ by }),
    misbehaved(address, abuse) {
      const key = `${abuse} ${address}`
      const n = counted.get(key)
      if (n !== undefined || counted.size < COUNTED_MAX) counted.set(key, (n ?? 0) + 1)
    },
    tick,
    source: (registry) => registry.registerMetric(refusals),
    stop: () => clearInterval(timer),
  }
}
