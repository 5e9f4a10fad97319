import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { CHARGED_LINES } from './rules.ts'

/** One line of a prescription as it stands on a bill; money in sen. */
export interface PrescriptionCharge {
  lineId: string
  medicationId: string
  description: string
  /** Units of sale: tablets, bottles, tubes. */
  quantity: number
  unitPriceSen: number
  amountSen: number
}

/** What a visit's medicines cost at the prices of the day they were ordered; neither cancelled nor returned ones. */
export async function prescriptionChargesOf(db: Db, visitId: string): Promise<PrescriptionCharge[]> {
  const rows = await reading(
    db('prescription_lines')
      .comment('prescriptions.charges')
      .where({ visit_id: visitId })
      .whereIn('status', [...CHARGED_LINES])
      .orderBy(['position', 'id'])
      .select('id', 'medication_id', 'description', 'quantity', 'unit_price_sen') as PromiseLike<
      { id: string; medication_id: string; description: string; quantity: number; unit_price_sen: number }[]
    >,
  )
  return rows.map((row) => ({
    lineId: row.id,
    medicationId: row.medication_id,
    description: row.description,
    quantity: row.quantity,
    unitPriceSen: row.unit_price_sen,
    amountSen: row.quantity * row.unit_price_sen,
  }))
}
