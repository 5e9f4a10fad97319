import type { BillStatus, ItemKind, Method, PaymentKind, PaymentStatus } from './rules.ts'

/** A row of `bills`, money in sen. */
export interface BillRow {
  id: string
  visit_id: string
  is_group: number
  patient_id: string
  doctor_id: string | null
  status: BillStatus
  discount_kind: 'amount' | 'percent' | null
  discount_value: number | null
  discount_reason: string | null
  panel_id: string | null
  panel_reference: string | null
  panel_sen: number
  version: number
}

export const BILL_COLUMNS = [
  'id',
  'visit_id',
  'is_group',
  'patient_id',
  'doctor_id',
  'status',
  'discount_kind',
  'discount_value',
  'discount_reason',
  'panel_id',
  'panel_reference',
  'panel_sen',
  'version',
] as const satisfies readonly (keyof BillRow)[]

/** Where a line of a bill comes from. */
export type Source = 'consultation' | 'prescription' | 'cashier'

/** A line of a bill before it is added up. */
export interface ItemRow {
  id: string | null
  visit_id: string
  source: Source
  source_id: string | null
  kind: ItemKind
  description: string
  quantity: number
  unit_price_sen: number
}

/** A line as it was written down when the bill was paid. */
export interface StoredItemRow extends ItemRow {
  discount_sen: number
  sst_bp: number
  sst_sen: number
  amount_sen: number
}

export const ITEM_COLUMNS = [
  'id',
  'visit_id',
  'source',
  'source_id',
  'kind',
  'description',
  'quantity',
  'unit_price_sen',
  'discount_sen',
  'sst_bp',
  'sst_sen',
  'amount_sen',
] as const satisfies readonly (keyof StoredItemRow)[]

/** A row of `payments` with the names that it is shown with. */
export interface PaymentRow {
  id: string
  bill_id: string
  visit_id: string
  patient_id: string
  patient_name: string
  doctor_id: string | null
  number: string
  kind: PaymentKind
  status: PaymentStatus
  is_deposit: number
  settles: number
  amount_sen: number
  rounding_sen: number
  balance_sen: number
  refunded_sen: number
  reverses_id: string | null
  reason: string | null
  shift_id: string | null
  user_id: string
  user_name: string
  paid_on: string
  created_at: string
  version: number
}

/** Columns of `payments` in {@link PaymentRow}. */
export const PAYMENT_COLUMNS = [
  'id',
  'bill_id',
  'visit_id',
  'patient_id',
  'doctor_id',
  'number',
  'kind',
  'status',
  'is_deposit',
  'settles',
  'amount_sen',
  'rounding_sen',
  'balance_sen',
  'refunded_sen',
  'reverses_id',
  'reason',
  'shift_id',
  'user_id',
  'paid_on',
  'created_at',
  'version',
] as const satisfies readonly (keyof PaymentRow)[]

/** A row of `payment_tenders`. */
export interface TenderRow {
  payment_id: string
  method: Method
  amount_sen: number
  tendered_sen: number | null
  change_sen: number | null
  reference: string | null
  panel_id: string | null
}

/** A visit, and who it is of. */
export interface VisitRow {
  id: string
  patient_id: string
  patient_name: string
  group_uid: string | null
  doctor_id: string | null
}

/** The ticket of a visit as a bill shows it. */
export interface BillTicket {
  id: string
  number: string
  status: string
  doctor_id: string | null
}
