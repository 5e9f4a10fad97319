import { type MedicationRow, titleOf } from '../medications/reads.ts'
import { rmOf } from '../medications/rules.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { BatchRow, LevelRow } from './repository.ts'
import { isUsable } from './rules.ts'
import type { Stock } from './schema.ts'

/** What a reader may see: what the clinic pays is for those who keep the medicines. */
export type StockVariant = 'costs' | 'plain'

/** The stock of a medicine on a clinic day. */
export function viewStock(
  medication: MedicationRow,
  level: LevelRow | undefined,
  batches: readonly BatchRow[],
  day: string,
  variant: StockVariant,
): Stock {
  const left = batches.filter(({ on_hand }) => on_hand > 0)
  const available = left
    .filter((row) => isUsable({ expiresOn: row.expires_on }, day))
    .reduce((sum, { on_hand }) => sum + on_hand, 0)
  return {
    medicationId: medication.id,
    name: titleOf(medication),
    unit: medication.unit,
    onHand: level?.on_hand ?? 0,
    available,
    reorderLevel: medication.reorder_level,
    low: medication.reorder_level > 0 && available <= medication.reorder_level,
    batches: left.map((row) => ({
      id: row.id,
      batchNo: row.batch_no,
      expiresOn: row.expires_on,
      expired: !isUsable({ expiresOn: row.expires_on }, day),
      onHand: row.on_hand,
      ...(variant === 'costs' ? { costPrice: row.cost_sen === null ? null : rmOf(row.cost_sen) } : {}),
      supplier: row.supplier,
      receivedAt: fromSqlUtc(row.received_at) ?? '',
      version: row.version,
    })),
    version: level?.version ?? 0,
  }
}
