import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { senOf } from '../billing/rules.ts'
import type { Db } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { currentShift, getShift, type ShiftScope, viewShifts } from './reads.ts'
import { type ByMethod, lockShift, type ShiftRow, sumShifts } from './repository.ts'
import type { CloseInput, Shift, ShiftInput } from './schema.ts'
import { withFloat } from './view.ts'

type WriteDeps = Pick<Deps, 'db' | 'clock'>
type Who = Omit<AuditEntry, 'action' | 'outcome'> & { userId: string }

const about = (who: Who, id: string, action: string): AuditEntry => ({
  ...who,
  action,
  entity: 'shift',
  entityId: id,
  outcome: 'ok',
})

const viewOne = async (db: Db, row: ShiftRow): Promise<Shift> => ((await viewShifts(db, [row])) as [Shift])[0]

/** Opens a shift of one's own. Throws `state/conflict` with the one that is open already. */
export async function openShift(deps: WriteDeps, { float }: ShiftInput, who: Who): Promise<Shift> {
  const now = deps.clock.now()
  try {
    const id = await inTransaction(deps.db, async (trx) => {
      const [made] = await trx('shifts')
        .comment('shifts.open')
        .insert({
          user_id: who.userId,
          open_user_id: who.userId,
          opened_on: clinicDay(now),
          opened_at: toSqlUtc(now),
          float_sen: senOf(float),
        })
      await writeAudit(trx, about(who, String(made), 'shifts.open'), now)
      return String(made)
    })
    return await getShift(deps, id, { own: null })
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    const current = await currentShift(deps, who.userId)
    throw new AppError('state/conflict', { detail: 'Your last shift is still open.', extra: { current } })
  }
}

/**
 * Closes a shift with what was counted. Every payment that was taken in it is in its sums: whoever is taking one holds
 * the shift until it is. Throws `not-found`, `state/version` and `state/conflict` with the present shift.
 */
export async function closeShift(
  deps: WriteDeps,
  id: string,
  { version, counted, note }: CloseInput,
  who: Who,
  { own }: ShiftScope,
): Promise<Shift> {
  const now = deps.clock.now()
  await inTransaction(deps.db, async (trx) => {
    const row = await lockShift(trx, id)
    if (row === undefined || (own !== null && row.user_id !== own)) throw new AppError('not-found')
    if (row.open_user_id === null)
      throw new AppError('state/conflict', { extra: { current: await viewOne(trx, row) } })
    if (row.version !== version)
      throw new AppError('state/version', { extra: { current: await viewOne(trx, row) } })
    const sums = (await sumShifts(trx, [id])).get(id)?.sums ?? {}
    const countedSen = Object.fromEntries(
      Object.entries(counted).flatMap(([method, rm]) => (rm === undefined ? [] : [[method, senOf(rm)]])),
    ) as ByMethod
    await trx('shifts')
      .comment('shifts.close')
      .where({ id })
      .update({
        open_user_id: null,
        closed_at: toSqlUtc(now),
        closed_by: who.userId,
        counted_json: JSON.stringify(countedSen),
        expected_json: JSON.stringify(withFloat(sums, row.float_sen)),
        note: note ?? null,
        version: version + 1,
      })
    await writeAudit(trx, { ...about(who, id, 'shifts.close'), detail: { version: version + 1 } }, now)
  })
  return getShift(deps, id, { own: null })
}
