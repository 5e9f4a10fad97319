import type { AuditEntry } from '../audit/entry.ts'
import type { WriteDeps } from '../cache/writing.ts'
import type { Deps } from '../deps.ts'
import { settingsOf } from '../settings/reads.ts'
import { clinicDay } from '../units/dates.ts'
import type { Reckoning } from './load.ts'
import { senOf } from './money.ts'

/** Name of bills and payments in the cache. */
export const BILLING = 'billing'

/** Whoever takes money is somebody. */
export type Who = Omit<AuditEntry, 'action' | 'outcome'> & { userId: string }

export type BillingReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'clock'>
export type BillingDeps = WriteDeps & Pick<Deps, 'redis'>

/** The clinic's settings with their values. */
export type Settings = Awaited<ReturnType<typeof settingsOf>>

/** How bills are reckoned today. */
export async function reckoningOf(deps: BillingReadDeps): Promise<Reckoning> {
  const settings = await settingsOf(deps)
  return {
    // a percentage of two decimals is written like an amount
    tax: { basisPoints: senOf(settings['billing.sstPercent']), kinds: settings['billing.sstKinds'] },
    on: clinicDay(deps.clock.now()),
  }
}
