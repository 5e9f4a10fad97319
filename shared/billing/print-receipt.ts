import { writeAudit } from '../audit/write.ts'
import { inTransaction } from '../db/transaction.ts'
import { settingsOf } from '../settings/reads.ts'
import type { BillingReadDeps, Who } from './domain.ts'
import { printReceipt } from './print.ts'
import { type BillScope, getReceipt } from './reads.ts'
import type { PrintQuery, Receipt } from './schema.ts'

/**
 * Prints a receipt. The first print is the receipt, every further one is marked as a copy; each is in the audit, with
 * its number, in the transaction that counts it. Throws `not-found`.
 */
export async function printOf(
  deps: BillingReadDeps,
  number: string,
  query: PrintQuery,
  scope: BillScope,
  who: Who,
): Promise<{ stream: NodeJS.ReadableStream; receipt: Receipt }> {
  const receipt = await getReceipt(deps, number, scope)
  const { payment } = receipt
  const settings = await settingsOf(deps)
  const printed = await inTransaction(deps.db, async (trx) => {
    const row = trx('payments').where({ id: payment.id })
    await row.clone().comment('billing.count-print').increment('printed', 1)
    const { printed: times } = await row.clone().comment('billing.printed').first('printed')
    await writeAudit(
      trx,
      {
        ...who,
        action: times > 1 ? 'receipts.reprint' : 'receipts.print',
        entity: 'payment',
        entityId: payment.id,
        patientId: payment.patient.id,
        outcome: 'ok',
        detail: { printed: times },
      },
      deps.clock.now(),
    )
    return Number(times)
  })
  return { stream: printReceipt(receipt, settings, query, printed > 1), receipt }
}
