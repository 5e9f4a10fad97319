import { chargesOf } from '../consultations/reads.ts'
import type { Db } from '../db/connect.ts'
import { prescriptionChargesOf } from '../prescriptions/reads.ts'
import type { ItemRow } from './model.ts'

const MAX_DESCRIPTION = 200

const clip = (text: string): string => Array.from(text).slice(0, MAX_DESCRIPTION).join('')

/** What the visits have cost up to now: fee and procedures, then medicines, visit by visit. */
export async function chargesOfVisits(db: Db, visitIds: readonly string[]): Promise<ItemRow[]> {
  const items: ItemRow[] = []
  for (const visitId of visitIds) {
    for (const charge of await chargesOf(db, visitId))
      items.push({
        id: null,
        visit_id: visitId,
        source: 'consultation',
        source_id: null,
        kind: charge.kind === 'fee' ? 'consultation' : 'procedure',
        description: clip(charge.description),
        quantity: charge.quantity,
        unit_price_sen: charge.unitPriceSen,
      })
    for (const charge of await prescriptionChargesOf(db, visitId))
      items.push({
        id: null,
        visit_id: visitId,
        source: 'prescription',
        source_id: charge.lineId,
        kind: 'medication',
        description: clip(charge.description),
        quantity: charge.quantity,
        unit_price_sen: charge.unitPriceSen,
      })
  }
  return items
}
