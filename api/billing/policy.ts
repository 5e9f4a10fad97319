import type { BillScope } from '../../shared/billing/reads.ts'
import { doctorOfUser } from '../../shared/doctors/reads.ts'
import type { Access, Call } from '../http/route.ts'
import { principalOf } from '../http/who.ts'

/** Who may look at bills and payments: the cash desk at all, a doctor at those of his own patients. */
export const READERS: Access = { anyOf: ['payments.view', 'payments.own'] }
/** Who may change bills and take payments. */
export const WRITERS: Access = { anyOf: ['payments.write'] }
/** Who may give money back. */
export const REFUNDERS: Access = { anyOf: ['payments.refund'] }
/** Who may void a payment of today. */
export const VOIDERS: Access = { anyOf: ['payments.void'] }
/** Who may give a discount. */
export const DISCOUNTERS: Access = { anyOf: ['bills.discount'] }

/** Which bills somebody who asks may see. */
export async function scopeOf(call: Call): Promise<BillScope> {
  const { permissions, userId } = principalOf(call)
  if (permissions.has('payments.view')) return 'all'
  return { doctorId: (await doctorOfUser(call.deps, userId))?.id ?? null }
}
