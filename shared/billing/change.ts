import { writeAudit } from '../audit/write.ts'
import { writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { getPanel } from '../panels/reads.ts'
import { ENDED } from '../queue/rules.ts'
import { isRowId } from '../units/ids.ts'
import { BILLING, type BillingDeps, reckoningOf, type Who } from './domain.ts'
import {
  afterAct,
  assertVersion,
  auditOf,
  type BillChanges,
  type HeldBill,
  holdBill,
  refuse,
  storeBill,
} from './hold.ts'
import { type LoadedBill, loadBill } from './load.ts'
import { senOf } from './money.ts'
import type { Bill, DiscountInput, ItemInput, PanelInput } from './schema.ts'
import { viewBill } from './view.ts'

/** A bill beyond this is a slip of the finger, and its sums would not fit their columns. */
const MOST_SEN = 999_999_999

/** Refuses a bill that nobody means. */
export function assertPossible(bill: LoadedBill): void {
  if (bill.sums.subtotalSen > MOST_SEN)
    throw new AppError('rule/broken', {
      errors: [{ path: 'unitPrice', message: 'Makes the bill impossibly large' }],
    })
}

/** Sums as they are written beside every change. */
export const sumColumns = ({ sums, panel }: LoadedBill): BillChanges => ({
  subtotal_sen: sums.subtotalSen,
  discount_sen: sums.discountSen,
  sst_sen: sums.sstSen,
  total_sen: sums.totalSen,
  panel_sen: panel?.shareSen ?? 0,
})

interface Act {
  action: string
  version: number
  detail?: Record<string, unknown>
  /** Checks and writes; answers what changes of the bill's own row. */
  work(trx: Knex.Transaction, held: HeldBill): Promise<BillChanges | null>
  /** Writes that need the bill's id. */
  afterwards?(trx: Knex.Transaction, billId: string, held: HeldBill): Promise<void>
}

/** One change of a bill that is not paid yet: held, checked, written, audited; answers the bill as it is then. */
async function changing(deps: BillingDeps, visitId: string, who: Who, act: Act): Promise<Bill> {
  const reckoning = await reckoningOf(deps)
  const now = deps.clock.now()
  return writing(deps, BILLING, async (trx) => {
    const held = await holdBill(trx, visitId, reckoning)
    const { bill, ticket } = held
    assertVersion(bill, act.version)
    afterAct(bill, 'change', 'This bill is closed.')
    if (ENDED.includes(ticket.status) && ticket.status === 'cancelled')
      refuse(bill, 'state/conflict', 'This visit was cancelled.')
    const changes = await act.work(trx, held)
    const stored = await storeBill(trx, bill, changes ?? {}, now)
    await act.afterwards?.(trx, stored.id, held)
    const after = await loadBill(trx, visitId, reckoning)
    assertPossible(after)
    await trx('bills').comment('billing.sums').where({ id: stored.id }).update(sumColumns(after))
    const detail = { ...act.detail, version: stored.version }
    await writeAudit(trx, auditOf(who, bill, `bills.${act.action}`, detail), now)
    return { result: viewBill(after) }
  })
}

const FIRST_ADDED = 1000

/** Adds a line. Throws `state/version` and `state/conflict` with the present bill, `rule/broken`. */
export function addItem(deps: BillingDeps, visitId: string, input: ItemInput, who: Who): Promise<Bill> {
  return changing(deps, visitId, who, {
    action: 'add-item',
    version: input.version,
    work: async (_, { bill }) => {
      const isOn = input.visitId === undefined || bill.visits.some(({ id }) => id === input.visitId)
      if (!isOn)
        throw new AppError('rule/broken', { errors: [{ path: 'visitId', message: 'Is not on this bill' }] })
      return null
    },
    afterwards: async (trx, billId, { bill }) => {
      const unitPriceSen = senOf(input.unitPrice)
      await trx('bill_items')
        .comment('billing.add-item')
        .insert({
          bill_id: billId,
          visit_id: input.visitId ?? (bill.visits[0] as { id: string }).id,
          position: FIRST_ADDED,
          source: 'cashier',
          kind: input.kind,
          description: input.description,
          quantity: input.quantity,
          unit_price_sen: unitPriceSen,
          amount_sen: Math.min(unitPriceSen * input.quantity, MOST_SEN),
          added_by: who.userId,
        })
    },
  })
}

/** Takes a line off that the cashier added. Throws `not-found` for any other, and as {@link addItem}. */
export function removeItem(
  deps: BillingDeps,
  visitId: string,
  itemId: string,
  version: number,
  who: Who,
): Promise<Bill> {
  return changing(deps, visitId, who, {
    action: 'remove-item',
    version,
    work: async (trx, { bill }) => {
      if (!bill.lines.some(({ id, source }) => id === itemId && source === 'cashier'))
        throw new AppError('not-found')
      await trx('bill_items').comment('billing.remove-item').where({ id: itemId }).delete()
      return null
    },
  })
}

/** Gives a discount on the whole bill, or takes it back; throws as {@link addItem}. */
export function setDiscount(
  deps: BillingDeps,
  visitId: string,
  input: DiscountInput,
  who: Who,
): Promise<Bill> {
  const none = { discount_kind: null, discount_value: null, discount_reason: null, discount_by: null }
  const columns = (): BillChanges => {
    if (!('reason' in input)) return none
    const by = { discount_reason: input.reason, discount_by: who.userId }
    if ('percent' in input) return { ...by, discount_kind: 'percent', discount_value: senOf(input.percent) }
    return { ...by, discount_kind: 'amount', discount_value: senOf(input.amount) }
  }
  return changing(deps, visitId, who, {
    action: 'discount',
    version: input.version,
    work: async () => columns(),
  })
}

const panelFault = (message: string) =>
  new AppError('rule/broken', { errors: [{ path: 'panelId', message }] })

/** Says which panel pays its share, or that none does; throws as {@link addItem}. */
export async function setPanel(
  deps: BillingDeps,
  visitId: string,
  { version, panelId, reference }: PanelInput,
  who: Who,
): Promise<Bill> {
  if (panelId !== null) {
    const panel = isRowId(panelId) ? await getPanel(deps, panelId).catch(missing) : undefined
    if (panel === undefined || !panel.active) throw panelFault('No such panel is in use')
  }
  return changing(deps, visitId, who, {
    action: 'panel',
    version,
    work: async (_, { bill }) => {
      const paidSen = bill.tenders.reduce(
        (sum, { method, amount_sen }) => sum + (method === 'panel' ? amount_sen : 0),
        0,
      )
      if (paidSen !== 0 && bill.panel?.id !== panelId)
        refuse(bill, 'state/conflict', 'The panel has paid a part already.')
      return { panel_id: panelId, panel_reference: reference ?? null }
    },
  })
}

const missing = (error: unknown): undefined => {
  if (error instanceof AppError && error.code === 'not-found') return undefined
  throw error
}
