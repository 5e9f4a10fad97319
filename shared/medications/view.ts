import type { MedicationRow } from './repository.ts'
import type { Medication } from './schema.ts'

/** What a reader may see: what the clinic pays is for those who keep the medicines. */
export type MedicationVariant = 'costs' | 'plain'

/** A row as the reader sees it. */
export function toMedication(row: MedicationRow, variant: MedicationVariant): Medication {
  return {
    id: row.id,
    sku: row.sku,
    genericName: row.generic_name,
    brandName: row.brand_name,
    form: row.form,
    strength: row.strength,
    unit: row.unit,
    category: row.category,
    atcCode: row.atc_code,
    poisonGroup: row.poison_group,
    psychotropic: row.psychotropic === 1,
    sellingPrice: row.selling_price,
    ...(variant === 'costs' ? { costPrice: row.cost_price } : {}),
    reorderLevel: row.reorder_level,
    active: row.active === 1,
    version: row.version,
  }
}

/** Longest name on lists, bills and labels. */
const MAX_TITLE = 200

/** What a medicine is called on lists, bills and labels. */
export function titleOf(
  row: Pick<MedicationRow, 'generic_name' | 'brand_name' | 'strength' | 'form'>,
): string {
  const brand = row.brand_name === null ? null : `(${row.brand_name})`
  const words = [row.generic_name, brand, row.strength, row.form].filter((word) => word !== null)
  return [...words.join(' ')].slice(0, MAX_TITLE).join('')
}
