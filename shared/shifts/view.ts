import { METHODS, rmOf } from '../billing/rules.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { ByMethod, ShiftRow } from './repository.ts'
import type { Shift } from './schema.ts'

/** Cash in the drawer is the float and what came in. */
export const withFloat = (sums: ByMethod, floatSen: number): ByMethod => ({
  ...sums,
  cash: (sums.cash ?? 0) + floatSen,
})

/** A shift with its sums: those of the moment while it is open, those of its end afterwards. */
export function viewShift(row: ShiftRow, now: { sums: ByMethod; payments: number }): Shift {
  const counted: ByMethod = row.counted_json === null ? {} : JSON.parse(row.counted_json)
  const expected: ByMethod =
    row.expected_json === null ? withFloat(now.sums, row.float_sen) : JSON.parse(row.expected_json)
  return {
    id: row.id,
    cashier: { id: row.user_id, name: row.user_name },
    status: row.open_user_id === null ? 'closed' : 'open',
    day: row.opened_on,
    openedAt: fromSqlUtc(row.opened_at) ?? '',
    float: rmOf(row.float_sen),
    closedAt: fromSqlUtc(row.closed_at),
    closedBy: row.closed_by,
    lines: METHODS.map((method) => {
      const expectedSen = expected[method] ?? 0
      const countedSen = counted[method]
      return {
        method,
        expected: rmOf(expectedSen),
        counted: countedSen === undefined ? null : rmOf(countedSen),
        difference: countedSen === undefined ? null : rmOf(countedSen - expectedSen),
      }
    }),
    payments: now.payments,
    note: row.note,
    version: row.version,
  }
}
