import type { RecordRules } from './row.ts'
import { malaysianDay, momentText, readMoment } from './values.ts'
import { oneOf } from './visits.ts'

const MAX_EXTERNAL_ID = 80
const MAX_RECEIPT = 40
const MAX_REMARKS = 2000
const METHODS = ['cash', 'card', 'duitnow', 'ewallet', 'transfer', 'panel'] as const
const STATUSES = ['paid', 'void'] as const

const field = (name: string, required: boolean, format: string, example: string, ...synonyms: string[]) => ({
  ...{ name, required, format, example, synonyms },
})

/** Payments for imported visits. */
export const PAYMENT_RULES: RecordRules = {
  fields: [
    field('external_id', true, 'text, unique in its source', 'Y000000001', 'payment id', 'payment no', 'id'),
    field(
      'visit_external_id',
      true,
      'as in the import of visits',
      'V000000001',
      'visit id',
      'visit no',
      'encounter id',
    ),
    field(
      ...(['paid_at', true, 'YYYY-MM-DDTHH:MM with zone, or YYYY-MM-DD HH:MM, or DD/MM/YYYY HH:MM'] as const),
      ...(['2024-03-08T09:34:00+08:00', 'payment date', 'date', 'tarikh bayaran'] as const),
    ),
    field('amount', true, 'RM, above zero', '17.00', 'paid', 'amount paid', 'jumlah'),
    field('method', true, METHODS.join(', '), 'cash', 'payment method', 'mode', 'cara bayaran'),
    field(
      'receipt_number',
      true,
      'text, unique in its source',
      'R00000002',
      'receipt',
      'receipt no',
      'no resit',
    ),
    field('status', true, STATUSES.join(' or '), 'paid', 'payment status'),
    field('remarks', false, 'up to 2,000 characters', 'Half now', 'notes', 'catatan'),
  ],
  leastNeeded: ['external_id', 'visit_external_id', 'paid_at', 'amount', 'method'],
  keys: ['external_id', 'receipt_number'],
  read: (row) => {
    const paidAt = row.value(
      'paid_at',
      (text) => {
        const atMs = readMoment(text)
        return atMs === null ? null : momentText(atMs)
      },
      'BAD_PAID_AT',
    )
    const amount = row.amount('amount')
    if (amount === '0.00') row.fault('amount', 'ZERO_AMOUNT')
    return {
      external_id: row.externalId(),
      visit_external_id: row.text('visit_external_id', MAX_EXTERNAL_ID, 'UNKNOWN_VISIT'),
      paid_at: paidAt,
      paid_on: paidAt === null ? null : malaysianDay(Date.parse(paidAt)),
      amount,
      method: row.value('method', oneOf(METHODS), 'BAD_METHOD'),
      receipt_number: row.text('receipt_number', MAX_RECEIPT, 'MISSING_RECEIPT'),
      status: row.value('status', oneOf(STATUSES), 'BAD_STATUS'),
      remarks: row.text('remarks', MAX_REMARKS),
    }
  },
}
