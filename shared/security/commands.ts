import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { toSqlUtc } from '../units/clock.ts'
import { newId } from '../units/ids.ts'
import { clientNetwork, holdsLoopback, type Network, overlap, parseNetwork } from './networks.ts'
import { toRuleView } from './reads.ts'
import { insertRule, lockRule, wasBlocked } from './repository.ts'
import type { RuleBody, RuleView } from './schema.ts'

/** Who acts and from where, as the audit names it; `address` is what may not be shut out. */
export type Actor = Omit<AuditEntry, 'action' | 'outcome'>

/** Widest range that may be shut out; a wider one is a slip of the finger. */
const WIDEST: Readonly<Record<4 | 6, number>> = { 4: 8, 6: 16 }
const HOUR_MS = 3_600_000
const FIRST_MS = HOUR_MS
const AGAIN_MS = 24 * HOUR_MS

/** Where the processes see that the rules have changed. */
export const rulesVersionKey = (deps: Pick<Deps, 'prefix'>): string => `${deps.prefix}:address-rules`

const fault = (path: string, message: string) => new AppError('rule/broken', { errors: [{ path, message }] })

/** Tells all processes to read the rules again; when that fails they do so by themselves some seconds later. */
async function announce(deps: Deps): Promise<void> {
  await deps.redis.set(rulesVersionKey(deps), newId()).catch(() => undefined)
}

function checkBlock(network: Network, ownAddress: string | null | undefined): void {
  if (network.prefix < WIDEST[network.family]) throw fault('network', 'This range is too wide')
  if (holdsLoopback(network)) throw fault('network', 'The system needs this address itself')
  const own = parseNetwork(ownAddress ?? '')
  if (own !== null && overlap(own, network)) throw fault('network', 'You are signed in from there yourself')
}

/** Shuts addresses out, or makes sure they never are. Throws `rule/broken`, `state/duplicate`. */
export async function addRule(deps: Deps, actor: Actor, body: RuleBody): Promise<RuleView> {
  const network = parseNetwork(body.network)
  if (network === null) throw fault('network', 'Must be an address or a range such as 10.0.0.0/8')
  if (body.kind === 'block') checkBlock(network, actor.address)
  const now = deps.clock.now()
  const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt)
  if (expiresAt !== null && expiresAt <= now) throw fault('expiresAt', 'Must be in the future')
  const rule = {
    kind: body.kind,
    network: network.text,
    reason: body.reason,
    automatic: false,
    created_by: actor.userId ?? null,
    created_at: toSqlUtc(now),
    expires_at: expiresAt === null ? null : toSqlUtc(expiresAt),
  }
  try {
    const id = await inTransaction(deps.db, async (trx) => {
      const made = await insertRule(trx, rule)
      await record(deps, trx, actor, `security.${body.kind}`, made)
      return made
    })
    await announce(deps)
    return toRuleView({ ...rule, id, automatic: 0, username: actor.username ?? null })
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    throw new AppError('state/duplicate', { detail: 'There is such a rule already.' })
  }
}

type Trx = Parameters<typeof writeAudit>[0]

const record = (deps: Deps, trx: Trx, actor: Actor, action: string, id: string) =>
  writeAudit(trx, { ...actor, action, entity: 'address-rule', entityId: id, outcome: 'ok' }, deps.clock.now())

/** Takes a rule back at once. */
export async function removeRule(deps: Deps, actor: Actor, id: string): Promise<void> {
  const now = toSqlUtc(deps.clock.now())
  await inTransaction(deps.db, async (trx) => {
    if ((await lockRule(trx, id, now)) === undefined) throw new AppError('not-found')
    await trx('address_rules')
      .where({ id })
      .update({ removed_at: now, removed_by: actor.userId ?? null })
    await record(deps, trx, actor, 'security.unblock', id)
  })
  await announce(deps)
}

/**
 * Shuts an address out after abuse: an hour, a day if it was shut out within the last one. IPv6 by its /64. Answers
 * whether there is a new rule; one in force already, or this machine's own address, makes none.
 */
export async function blockAutomatically(deps: Deps, address: string, reason: string): Promise<boolean> {
  const network = clientNetwork(address)
  if (network === null || holdsLoopback(network)) return false
  const now = deps.clock.now()
  try {
    await inTransaction(deps.db, async (trx) => {
      const again = await wasBlocked(trx, network.text, toSqlUtc(new Date(now.getTime() - AGAIN_MS)))
      const id = await insertRule(trx, {
        kind: 'block',
        network: network.text,
        reason,
        automatic: true,
        created_by: null,
        created_at: toSqlUtc(now),
        expires_at: toSqlUtc(new Date(now.getTime() + (again ? AGAIN_MS : FIRST_MS))),
      })
      await record(deps, trx, { address }, 'security.block-automatic', id)
    })
  } catch (error) {
    if (isDuplicateKey(error)) return false
    throw error
  }
  await announce(deps)
  return true
}
