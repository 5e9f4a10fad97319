import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { addEvent, ring } from '../events/outbox.ts'
import { callOfToday } from '../queue/reads.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { DISPLAYS, type PairedDisplay, viewDisplay } from './reads.ts'
import { insertDisplay, keepAck, lockByCode, lockDisplay, pairRow, revokeRow } from './repository.ts'
import type { Ack, AckInput, NewDisplay } from './schema.ts'
import { hashCode, hashToken, newDisplayToken, newPairingCode } from './secrets.ts'

type Who = Omit<AuditEntry, 'action' | 'outcome'>

/** How long a pairing code works, ms. */
const CODE_LASTS_MS = 600_000

const about = (who: Who, action: string, id: string): AuditEntry => ({
  ...who,
  action: `displays.${action}`,
  entity: 'display',
  entityId: id,
  outcome: 'ok',
})

/** Adds a screen with a code that pairs it once within ten minutes. */
export async function createDisplay(deps: WriteDeps, name: string, who: Who): Promise<NewDisplay> {
  const now = deps.clock.now()
  const at = toSqlUtc(now)
  const expiresAt = new Date(now.getTime() + CODE_LASTS_MS)
  const pairingCode = newPairingCode()
  const row = {
    name,
    code_hash: hashCode(pairingCode),
    code_expires_at: toSqlUtc(expiresAt),
    created_by: who.userId ?? null,
    created_at: at,
  }
  const id = await inTransaction(deps.db, async (trx) => {
    const made = await insertDisplay(trx, row)
    await writeAudit(trx, about(who, 'create', made), now)
    return made
  })
  const display = viewDisplay({ ...row, id, paired_at: null, revoked_at: null }, false, now)
  return { display, pairingCode, expiresAt: expiresAt.toISOString() }
}

/** Pairs whoever shows a code that is still good: answers the token, once. Throws `auth/pairing-failed`. */
export async function pairDisplay(
  deps: WriteDeps,
  code: string,
  who: Who,
): Promise<{ token: string; name: string }> {
  const now = deps.clock.now()
  const at = toSqlUtc(now)
  const token = newDisplayToken()
  const name = await inTransaction(deps.db, async (trx) => {
    const found = await lockByCode(trx, hashCode(code), at)
    if (found === undefined) throw new AppError('auth/pairing-failed')
    await pairRow(trx, found.id, hashToken(token), at)
    await writeAudit(trx, about(who, 'pair', found.id), now)
    return found.name
  })
  return { token, name }
}

/** Ends a screen: its token is good for nothing from now on, and its streams end within seconds. */
export async function revokeDisplay(deps: WriteDeps, id: string, who: Who): Promise<void> {
  const now = deps.clock.now()
  await writing(deps, DISPLAYS, async (trx) => {
    const row = await lockDisplay(trx, id)
    if (row === undefined || row.revoked_at !== null) throw new AppError('not-found')
    await revokeRow(trx, id, toSqlUtc(now))
    await writeAudit(trx, about(who, 'revoke', id), now)
    return { result: undefined, ids: row.token_hash === null ? [] : [row.token_hash] }
  })
}

/**
 * Keeps that a screen showed or spoke a call of today, and tells the front desk the first time of each. Throws
 * `not-found` for any other call.
 */
export async function acknowledgeCall(
  deps: WriteDeps & Pick<Deps, 'redis'>,
  display: PairedDisplay,
  { callId, shown, spoken }: AckInput,
): Promise<Ack> {
  const now = deps.clock.now()
  const at = toSqlUtc(now)
  const ack = await inTransaction(deps.db, async (trx) => {
    const call = await callOfToday(deps, trx, callId)
    if (call === undefined) throw new AppError('not-found')
    const said = { shown_at: shown === true ? at : null, spoken_at: spoken === true ? at : null }
    const kept = await keepAck(trx, { call_id: callId, display_id: display.id }, said)
    const answer = {
      callId,
      shownAt: fromSqlUtc(kept.now.shown_at),
      spokenAt: fromSqlUtc(kept.now.spoken_at),
    }
    if (kept.isNews) {
      const entity = { id: callId, ...call, displayId: display.id, display: display.name, ...answer }
      await addEvent(trx, {
        topic: 'queue',
        body: { type: 'display.acknowledged', at: now.toISOString(), entity },
      })
    }
    return answer
  })
  void ring(deps)
  return ack
}
