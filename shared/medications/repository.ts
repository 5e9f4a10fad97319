import type { Knex } from '../db/connect.ts'

/** A row of `medications` as the driver gives it; prices are decimal strings. */
export interface MedicationRow {
  id: string
  sku: string
  generic_name: string
  brand_name: string | null
  form: string | null
  strength: string | null
  unit: string
  category: string | null
  atc_code: string | null
  poison_group: string | null
  cost_price: string | null
  selling_price: string
  active: number
  version: number
}

/** What a new medicine is made from. */
export type NewMedication = Omit<MedicationRow, 'id' | 'active' | 'version' | 'brand_name' | 'poison_group'>

/** Adds those whose SKU is new and leaves the others as the clinic has them; answers how many were new. */
export async function insertNew(
  trx: Knex.Transaction,
  medications: readonly NewMedication[],
): Promise<number> {
  const known = new Set(
    await trx('medications')
      .whereIn(
        'sku',
        medications.map(({ sku }) => sku),
      )
      .forUpdate()
      .pluck('sku'),
  )
  const fresh = medications.filter(({ sku }) => !known.has(sku))
  if (fresh.length > 0) await trx('medications').insert(fresh)
  return fresh.length
}
