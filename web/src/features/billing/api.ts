import { request } from '../../lib/http.ts'
import type {
  Bill,
  DiscountInput,
  ItemInput,
  Payment,
  PaymentInput,
  PaymentList,
  RefundInput,
} from './types.ts'

export const billingKeys = {
  bills: ['bills'],
  bill: (visitId: string) => ['bills', visitId],
  payments: ['payments'],
} as const

const billPath = (visitId: string): string => `/api/bills/${encodeURIComponent(visitId)}`
const paymentPath = (id: string): string => `/api/payments/${encodeURIComponent(id)}`

export function fetchBill(visitId: string, signal?: AbortSignal): Promise<Bill> {
  return request<Bill>(billPath(visitId), { signal })
}

export function addItem(visitId: string, item: ItemInput): Promise<Bill> {
  return request<Bill>(`${billPath(visitId)}/items`, { method: 'POST', body: item })
}

export function removeItem(visitId: string, itemId: string, version: number): Promise<Bill> {
  const path = `${billPath(visitId)}/items/${encodeURIComponent(itemId)}?version=${version}`
  return request<Bill>(path, { method: 'DELETE' })
}

export function setDiscount(visitId: string, discount: DiscountInput): Promise<Bill> {
  return request<Bill>(`${billPath(visitId)}/discount`, { method: 'PUT', body: discount })
}

export function setPanel(
  visitId: string,
  panel: { version: number; panelId: string | null; reference?: string },
): Promise<Bill> {
  return request<Bill>(`${billPath(visitId)}/panel`, { method: 'PUT', body: panel })
}

/** A bill for each of those who came together; the one that was asked for comes first. */
export async function splitBill(visitId: string, version: number): Promise<Bill> {
  const { data } = await request<{ data: Bill[] }>(`${billPath(visitId)}/split`, {
    method: 'POST',
    body: { version },
  })
  return data.find((bill) => bill.visitId === visitId) ?? (data[0] as Bill)
}

export function renewBill(visitId: string, version: number): Promise<Bill> {
  return request<Bill>(`${billPath(visitId)}/renew`, { method: 'POST', body: { version } })
}

/** Takes a payment. Nothing calls it off, so leaving the page does not either. */
export function recordPayment(input: PaymentInput, idempotencyKey: string): Promise<Payment> {
  return request<Payment>('/api/payments', { method: 'POST', body: input, idempotencyKey })
}

export function voidPayment(id: string, body: { version: number; reason: string }): Promise<Payment> {
  return request<Payment>(`${paymentPath(id)}/void`, { method: 'POST', body })
}

export function refundPayment(id: string, body: RefundInput): Promise<Payment> {
  return request<Payment>(`${paymentPath(id)}/refund`, { method: 'POST', body })
}

/** What a list of payments is narrowed to; '' leaves a thing open. */
export interface PaymentFilter {
  day: string
  method: string
  cashier: string
  status: string
}

const PAGE = '50'

/** A page of the payments, the newest first; `cursor` is the `next` of the page before. */
export function fetchPayments(
  filter: PaymentFilter,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<PaymentList> {
  const set = Object.entries({ ...filter, cursor: cursor ?? '' }).filter(([, value]) => value !== '')
  const query = new URLSearchParams([...set, ['limit', PAGE]])
  return request<PaymentList>(`/api/payments?${query}`, { signal, supersede: 'payments' })
}

/** The paper of receipts: half a sheet, or a roll of 80 mm. */
export type Paper = 'A5' | 'roll80'

/** Where a receipt is to print; every print after the first says that it is a copy. */
export function receiptAddress(number: string, paper: Paper, language: string): string {
  const query = new URLSearchParams({ paper, language: language === 'ms' ? 'ms' : 'en' })
  return `/api/receipts/${encodeURIComponent(number)}.pdf?${query}`
}
