import { writeAudit } from '../audit/write.ts'
import { writing } from '../cache/writing.ts'
import { toSqlUtc } from '../units/clock.ts'
import { BILLING, type BillingDeps, reckoningOf, type Who } from './domain.ts'
import { afterAct, assertVersion, auditOf, holdBill, refuse, storeBill } from './hold.ts'
import { loadBill } from './load.ts'
import type { Bill } from './schema.ts'
import { viewBill } from './view.ts'

/**
 * Gives each of a group a bill of his own, with his own lines; answers all of them. Only before anything was paid.
 * Throws `state/version` and `state/conflict` with the present bill.
 */
export async function splitBill(
  deps: BillingDeps,
  visitId: string,
  version: number,
  who: Who,
): Promise<Bill[]> {
  const reckoning = await reckoningOf(deps)
  const now = deps.clock.now()
  return writing(deps, BILLING, async (trx) => {
    const { bill } = await holdBill(trx, visitId, reckoning)
    assertVersion(bill, version)
    if (!bill.isGroup) refuse(bill, 'state/conflict', 'This bill is for one patient.')
    afterAct(bill, 'change', 'This bill is closed.')
    if (bill.payments.length > 0) refuse(bill, 'state/conflict', 'Something was paid already.')
    if (bill.discount !== null || bill.panel !== null)
      refuse(bill, 'state/conflict', 'Take discount and panel off first.')
    const stored = await storeBill(trx, bill, { is_group: 0 }, now)
    const others = bill.visits.slice(1)
    for (const { id, patient_id } of others) {
      const [made] = await trx('bills')
        .comment('billing.split')
        .insert({
          visit_id: id,
          live: 1,
          is_group: 0,
          patient_id,
          doctor_id: bill.doctorId,
          status: 'open',
          created_at: toSqlUtc(now),
        })
      await trx('bill_items')
        .comment('billing.split-items')
        .where({ bill_id: stored.id, visit_id: id })
        .update({ bill_id: made })
    }
    await writeAudit(trx, auditOf(who, bill, 'bills.split', { version: stored.version }), now)
    const bills: Bill[] = []
    for (const { id } of bill.visits) bills.push(viewBill(await loadBill(trx, id, reckoning)))
    return { result: bills }
  })
}

/**
 * Begins the bill of a visit anew after it was voided or refunded, with the lines that the cashier had added. The old
 * one and its payments stay. Throws `state/version` and `state/conflict` with the present bill.
 */
export async function renewBill(
  deps: BillingDeps,
  visitId: string,
  version: number,
  who: Who,
): Promise<Bill> {
  const reckoning = await reckoningOf(deps)
  const now = deps.clock.now()
  return writing(deps, BILLING, async (trx) => {
    const { bill } = await holdBill(trx, visitId, reckoning)
    assertVersion(bill, version)
    const old = bill.row
    if (old === null) return refuse(bill, 'state/conflict', 'This bill is open.')
    afterAct(bill, 'renew', 'This bill is neither void nor refunded.')
    await trx('bills').comment('billing.retire').where({ id: old.id }).update({ live: null })
    // versions go on, so that nobody takes the new bill for the old one
    const [id] = await trx('bills')
      .comment('billing.renew')
      .insert({
        visit_id: old.visit_id,
        live: 1,
        is_group: old.is_group,
        patient_id: old.patient_id,
        doctor_id: old.doctor_id,
        status: 'open',
        version: old.version + 1,
        created_at: toSqlUtc(now),
      })
    const added = bill.lines.filter(({ source }) => source === 'cashier')
    if (added.length > 0)
      await trx('bill_items')
        .comment('billing.renew-items')
        .insert(
          added.map((line, position) => ({
            bill_id: id,
            visit_id: line.visit_id,
            position,
            source: 'cashier',
            kind: line.kind,
            description: line.description,
            quantity: line.quantity,
            unit_price_sen: line.unit_price_sen,
            amount_sen: line.quantity * line.unit_price_sen,
          })),
        )
    await writeAudit(trx, auditOf(who, bill, 'bills.renew', { version: old.version + 1 }), now)
    return { result: viewBill(await loadBill(trx, visitId, reckoning)) }
  })
}
