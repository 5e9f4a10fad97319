import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'

/** One thing of a consultation that stands on a bill; money in sen. */
export interface ConsultationCharge {
  kind: 'fee' | 'procedure'
  description: string
  quantity: number
  unitPriceSen: number
  /** Of all of them together. */
  amountSen: number
}

/** A procedure as it is stored. */
export interface StoredProcedure {
  description: string
  priceSen: number
  quantity: number
}

const FEE = 'Consultation'

/**
 * What a visit's consultation costs: the fee, then the procedures, as the doctor has them now, signed or not. Empty
 * for a visit without one. One statement; give it the transaction that bills.
 */
export async function chargesOf(db: Db, visitId: string): Promise<ConsultationCharge[]> {
  const row = (await reading(
    db('consultations')
      .comment('consultations.charges')
      .where({ visit_id: visitId })
      .first('fee_sen', 'procedures'),
  )) as { fee_sen: number | null; procedures: string } | undefined
  if (row === undefined) return []
  const fee: ConsultationCharge[] =
    row.fee_sen === null || row.fee_sen === 0
      ? []
      : [{ kind: 'fee', description: FEE, quantity: 1, unitPriceSen: row.fee_sen, amountSen: row.fee_sen }]
  const done = (JSON.parse(row.procedures) as StoredProcedure[]).map(
    ({ description, priceSen, quantity }): ConsultationCharge => ({
      kind: 'procedure',
      description,
      quantity,
      unitPriceSen: priceSen,
      amountSen: priceSen * quantity,
    }),
  )
  return [...fee, ...done]
}
