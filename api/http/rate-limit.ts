import type { Deps } from '../../shared/deps.ts'
import { countWindow } from '../../shared/redis/counter.ts'
import { script } from '../../shared/redis/script.ts'
import { limited } from '../../shared/rights/limited.ts'
import { type Checked, generalLimitPrefix } from '../../shared/users/session-check.ts'
import type { RequestCall } from './call.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const REFUND_EVERY_MS = 500
const LOCAL_ADDRESSES_MAX = 10_000

/** Sign-in attempts that one address may make a minute, for all accounts together. */
export const AUTH_PER_ADDRESS_PER_MINUTE = 300

const REFUND = script(`
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECRBY', KEYS[1], ARGV[1]) end
return 1`)

/** Counts one call under a name; throws 429 above `max` (0 = off) and 503 when the store is away. */
export async function countCall(deps: Deps, name: string, max: number, windowMs: number): Promise<void> {
  if (max === 0) return
  const { used, resetMs } = await countWindow(deps.redis, `${deps.prefix}:limit:${name}`, windowMs)
  if (used > max) throw limited(max, resetMs)
}

/** Sign-in attempts of an address, whatever the account; before the body is read. Closed when the store is away. */
export const countSignInAddress = (deps: Deps, address: string): Promise<void> =>
  countCall(
    deps,
    `auth-address:${address}`,
    deps.config.RATE_LIMIT_AUTH_PER_MINUTE === 0 ? 0 : AUTH_PER_ADDRESS_PER_MINUTE,
    MINUTE_MS,
  )

/** Heavy calls of one person. */
export const countHeavy = (deps: Deps, limitBy: string): Promise<void> =>
  countCall(deps, `heavy:${limitBy}`, deps.config.RATE_LIMIT_HEAVY_PER_HOUR, HOUR_MS)

/**
 * The general limit of this process: judges what the session check counted, gives back calls that turn out not to
 * count (304), and counts by address on its own while Redis is away (open routes only; all others are refused then).
 */
export class GeneralLimit {
  readonly #deps: Deps
  readonly #owed = new Map<string, number>()
  readonly #local = new Map<string, { used: number; endsAt: number }>()
  readonly #timer: NodeJS.Timeout

  constructor(deps: Deps) {
    this.#deps = deps
    this.#timer = setInterval(() => void this.flush(), REFUND_EVERY_MS)
    this.#timer.unref()
  }

  get isOn(): boolean {
    return this.#deps.config.RATE_LIMIT_GENERAL_PER_HOUR > 0
  }

  /** Throws 429 when the count is above the limit of whoever asks. */
  judge({ identity, used, resetMs }: Checked): void {
    const max = identity?.perHour ?? this.#deps.config.RATE_LIMIT_GENERAL_PER_HOUR
    if (used > max) throw limited(max, resetMs)
  }

  /** One call of this counter does not count after all; written back within half a second, not on the request's time. */
  giveBack(call: RequestCall): void {
    const { limitBy } = call
    if (limitBy !== null) this.#owed.set(limitBy, (this.#owed.get(limitBy) ?? 0) + 1)
  }

  /** Writes back what is owed. Tests call it to see exact counts. */
  async flush(): Promise<void> {
    const owed = [...this.#owed]
    this.#owed.clear()
    for (const [limitBy, calls] of owed) {
      try {
        await REFUND(this.#deps.redis, [generalLimitPrefix(this.#deps) + limitBy], [calls])
      } catch {
        this.#deps.log.debug('limit not given back')
      }
    }
  }

  /** Counts by address in this process alone, for open routes while the store is away. */
  judgeLocally(address: string): void {
    const now = this.#deps.clock.now().getTime()
    let entry = this.#local.get(address)
    if (entry === undefined || entry.endsAt <= now) {
      if (this.#local.size >= LOCAL_ADDRESSES_MAX) this.#local.clear()
      entry = { used: 0, endsAt: now + HOUR_MS }
      this.#local.set(address, entry)
    }
    entry.used += 1
    const max = this.#deps.config.RATE_LIMIT_GENERAL_PER_HOUR
    if (max > 0 && entry.used > max) throw limited(max, entry.endsAt - now)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
