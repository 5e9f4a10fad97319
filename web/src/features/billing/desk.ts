import { planTenders, rmOf, roundCash, senOf } from '../../../../shared/billing/rules.ts'
import type { Bill, Method, PaymentInput } from './types.ts'

/** Ways to pay in the order of the buttons, and the key that chooses each. */
export const METHOD_KEYS = [
  { method: 'cash', key: 'c' },
  { method: 'card', key: 'k' },
  { method: 'duitnow', key: 'd' },
  { method: 'ewallet', key: 'w' },
  { method: 'transfer', key: 't' },
  { method: 'panel', key: 'p' },
] as const satisfies readonly { method: Method; key: string }[]

/** A part of a payment as the cashier puts it down, sen; of cash what was handed over. */
export interface Part {
  method: Method
  sen: number
  reference: string
}

/** What is open of a bill, sen. */
export interface Due {
  balanceSen: number
  panelSen: number
  isDeposit: boolean
}

/** From here on a visit has what it is going to cost; before that only a deposit is taken. */
const PAYABLE: readonly string[] = ['dispensing', 'payment', 'completed']

export const dueOf = (bill: Bill): Due => ({
  balanceSen: senOf(bill.balance),
  panelSen: senOf(bill.panel?.due ?? '0.00'),
  isDeposit: bill.ticket !== null && !PAYABLE.includes(bill.ticket.status),
})

/** What parts come to: the money, what cash is rounded by, what is given back and what is left. */
export interface Sums {
  paidSen: number
  roundingSen: number
  changeSen: number
  leftSen: number
  settles: boolean
}

const asked = (parts: readonly Part[]) =>
  parts.map(({ method, sen }) =>
    method === 'cash' ? { method, tenderedSen: sen } : { method, amountSen: sen },
  )

/** The sums by the very rules that the server has; null when it would refuse these parts. */
export function sumsOf(parts: readonly Part[], { balanceSen, panelSen, isDeposit }: Due): Sums | null {
  if (parts.length === 0)
    return { paidSen: 0, roundingSen: 0, changeSen: 0, leftSen: balanceSen, settles: false }
  const plan = planTenders(asked(parts), { balanceSen, panelSen }, isDeposit)
  if ('fault' in plan) return null
  return {
    paidSen: plan.amountSen,
    roundingSen: plan.roundingSen,
    changeSen: plan.tenders.reduce((sum, { changeSen }) => sum + (changeSen ?? 0), 0),
    leftSen: balanceSen + plan.roundingSen - plan.amountSen,
    settles: plan.settles,
  }
}

/** What this way of paying would take of the rest, sen. */
export function exactSen(method: Method, leftSen: number, panelSen: number): number {
  if (method === 'cash') return Math.max(0, roundCash(leftSen))
  return Math.max(0, method === 'panel' ? Math.min(panelSen, leftSen) : leftSen)
}

/** The parts with one more; cash is one heap, and so is what the panel pays or what has the same reference. */
export function withPart(parts: readonly Part[], next: Part): Part[] {
  const isOne = next.method === 'cash' || next.method === 'panel'
  const same = parts.find(
    ({ method, reference }) => method === next.method && (isOne || reference === next.reference),
  )
  if (same === undefined) return [...parts, next]
  const merged = { ...same, sen: same.sen + next.sen, reference: next.reference || same.reference }
  return parts.map((part) => (part === same ? merged : part))
}

/** Why a part cannot be taken, as the word for it. */
export type PartFault = 'zero' | 'step' | 'over' | 'other'

/** What is wrong with one part more; null when nothing is. */
export function faultOf(parts: readonly Part[], next: Part, due: Due): PartFault | null {
  const left = sumsOf(parts, due)?.leftSen ?? due.balanceSen
  if (next.sen <= 0) return 'zero'
  if (next.method === 'cash' && roundCash(next.sen) !== next.sen) return 'step'
  if (next.method !== 'cash' && !due.isDeposit && next.sen > left) return 'over'
  return sumsOf(withPart(parts, next), due) === null ? 'other' : null
}

/** A payment of these parts as the server wants it. */
export function paymentOf(bill: Bill, parts: readonly Part[], isDeposit: boolean): PaymentInput {
  const { visitId, version, balance } = bill
  const tenders = parts.map(({ method, sen, reference }) => {
    // the panel finds its letter in the statement, whether it was typed on the bill or here
    const said = reference === '' && method === 'panel' ? (bill.panel?.reference ?? '') : reference
    return {
      method,
      ...(method === 'cash' ? { tendered: rmOf(sen) } : { amount: rmOf(sen) }),
      ...(said === '' ? {} : { reference: said }),
    }
  })
  return { visitId, version, balance, tenders, ...(isDeposit ? { deposit: true } : {}) }
}
