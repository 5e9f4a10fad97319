import { inTransaction } from '../db/transaction.ts'
import { clinicOnPaper } from '../settings/reads.ts'
import type { BillingReadDeps } from './domain.ts'
import { printReceipt } from './print.ts'
import { type BillScope, getReceipt } from './reads.ts'
import type { PrintQuery, Receipt } from './schema.ts'

/** A receipt as it is printed; `times`: how often, this time included. */
export interface Printed {
  stream: NodeJS.ReadableStream
  receipt: Receipt
  times: number
}

/**
 * Prints a receipt. The first print is the receipt, every further one is marked as a copy, however many ask at once;
 * the caller records who asked before he answers. Throws `not-found`.
 */
export async function printOf(
  deps: BillingReadDeps,
  number: string,
  query: PrintQuery,
  scope: BillScope,
): Promise<Printed> {
  const receipt = await getReceipt(deps, number, scope)
  const settings = await clinicOnPaper(deps)
  const times = await inTransaction(deps.db, async (trx) => {
    const row = trx('payments').where({ id: receipt.payment.id })
    await row.clone().comment('billing.count-print').increment('printed', 1)
    return Number((await row.clone().comment('billing.printed').first('printed')).printed)
  })
  return { stream: printReceipt(receipt, settings, query, times > 1), receipt, times }
}
