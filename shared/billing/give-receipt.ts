import type { AuditEntry } from '../audit/entry.ts'
import { auditInsertion } from '../audit/write.ts'
import { noteInsertion } from '../cache/notes.ts'
import { figuresInsertion } from '../dashboard/commands.ts'
import { takingFigures } from '../dashboard/rules.ts'
import type { Knex } from '../db/connect.ts'
import { type Once, onceInsertion } from '../db/idempotency.ts'
import { inOneTrip, type Step } from '../db/one-trip.ts'
import type { EventBody } from '../events/registry.ts'
import { fromSqlUtc } from '../units/clock.ts'
import { BILLING } from './domain.ts'
import type { Method, NumberFormat } from './rules.ts'

/** Kind of the thing that a payment under an `Idempotency-Key` made. */
export const PAYMENT = 'payment'

/** A payment or reversal but for its number and id, in the columns of its table. */
export interface PaymentDraft {
  bill_id: string
  visit_id: string
  patient_id: string
  doctor_id: string | null
  series: 'receipt' | 'reversal'
  kind: 'payment' | 'refund' | 'void'
  is_deposit: number
  settles: number
  amount_sen: number
  rounding_sen: number
  balance_sen: number
  bill_json: string | null
  reverses_id: string | null
  reason: string | null
  shift_id: string | null
  user_id: string
  paid_on: string
  created_at: string
}

/** A tender as its table has it, but for what it shares with its payment. */
export interface TenderDraft {
  method: Method
  amount_sen: number
  tendered_sen: number | null
  change_sen: number | null
  reference: string | null
  panel_id: string | null
}

/** Everything that a receipt brings with it. */
export interface ReceiptDraft {
  payment: PaymentDraft
  tenders: readonly TenderDraft[]
  format: NumberFormat
  once: Once | undefined
  audit: AuditEntry[]
  /** What screens are told; id and number are put in where they become known. */
  entity: Omit<EventBody['entity'], 'id'>
}

const VARIABLES = [
  'note bigint unsigned',
  'n int unsigned',
  'shown varchar(16) character set ascii',
  'payment bigint unsigned',
]
const COUNT = `insert into receipt_counters (series, value) values (:series, 1)
  on duplicate key update value = value + 1`
const READ = 'select value into n from receipt_counters where series = :series'
const SHOW = "set shown = concat(:prefix, lpad(n, greatest(:digits, char_length(n)), '0'))"
const EVENT = `insert into outbox_events (topic, type, body) values
  ('queue', 'payment.recorded', json_replace(:event, '$.body.entity.id', concat(payment), '$.body.entity.number', shown))`

/**
 * Writes a payment in one round trip, after `before`. The counter of its series is raised on the server, behind
 * everything that does not need the number, so nobody waits for this process while it is locked. Commit right after.
 */
export async function giveReceipt(
  trx: Knex.Transaction,
  before: readonly Step[],
  { payment, tenders, format, once, audit, entity }: ReceiptDraft,
): Promise<{ id: string; note: string }> {
  const at = fromSqlUtc(payment.created_at) ?? ''
  const event = JSON.stringify({
    topic: 'queue',
    body: { type: 'payment.recorded', at, entity: { ...entity, id: '', number: '' } },
  })
  const values = { series: payment.series, ...format, event }
  const { patient_id, shift_id, paid_on } = payment
  const rows = tenders.map((tender) => ({
    ...tender,
    payment_id: trx.raw('payment'),
    patient_id,
    shift_id,
    paid_on,
  }))
  const figured = figuresInsertion(trx, takingFigures(paid_on, payment.doctor_id, tenders))
  const given = await inOneTrip<{ id: string | number; note: string | number }>(
    trx,
    'billing.give-receipt',
    VARIABLES,
    [
      ...before,
      auditInsertion(trx, audit, new Date(at)),
      noteInsertion(trx, { domain: BILLING }),
      'set note = last_insert_id()',
      ...(figured === null ? [] : [figured]),
      trx.raw(COUNT, values),
      trx.raw(READ, values),
      trx.raw(SHOW, values),
      trx('payments').insert({
        ...payment,
        no: trx.raw('n'),
        number: trx.raw('shown'),
        status: 'recorded',
      }),
      'set payment = last_insert_id()',
      ...(rows.length === 0 ? [] : [trx('payment_tenders').insert(rows)]),
      ...(once === undefined ? [] : [onceInsertion(trx, once, PAYMENT, trx.raw('payment'))]),
      trx.raw(EVENT, values),
      'select payment as id, note',
    ],
  )
  return { id: String(given.id), note: String(given.note) }
}
