import type { Deps } from '../../shared/deps.ts'
import { editMedication } from '../../shared/medications/commands.ts'
import { receiveStock } from '../../shared/stock/commands.ts'
import { addDays, clinicDay } from '../../shared/units/dates.ts'
import type { Actor } from './demo-setup.ts'

interface Delivery {
  sku: string
  quantity: number
  /** Days from today on which the batch is over. */
  goodForDays: number
  /** At how many units more is ordered, where the clinic has not said so yet. */
  reorderAt: number
  /** Comes only where the shelf has never had any, so that it stays low. */
  once?: true
}

const YEAR = 365
const SOON = 25
const SHELF: readonly Delivery[] = [
  { sku: 'MED0001', quantity: 600, goodForDays: 2 * YEAR, reorderAt: 200 },
  { sku: 'MED0003', quantity: 30, goodForDays: YEAR, reorderAt: 10 },
  { sku: 'MED0014', quantity: 200, goodForDays: YEAR, reorderAt: 60 },
  { sku: 'MED0041', quantity: 300, goodForDays: YEAR, reorderAt: 90 },
  { sku: 'MED0125', quantity: 200, goodForDays: 2 * YEAR, reorderAt: 60 },
  { sku: 'MED0144', quantity: 300, goodForDays: YEAR, reorderAt: 90 },
  { sku: 'MED0163', quantity: 12, goodForDays: YEAR, reorderAt: 4 },
  { sku: 'MED0215', quantity: 280, goodForDays: YEAR, reorderAt: 56 },
  { sku: 'MED0245', quantity: 60, goodForDays: SOON, reorderAt: 20 },
  { sku: 'MED0255', quantity: 480, goodForDays: 2 * YEAR, reorderAt: 120 },
  { sku: 'MED0273', quantity: 360, goodForDays: 2 * YEAR, reorderAt: 90 },
  { sku: 'MED0324', quantity: 360, goodForDays: YEAR, reorderAt: 90 },
  { sku: 'MED0010', quantity: 3, goodForDays: YEAR, reorderAt: 10, once: true },
  { sku: 'MED0042', quantity: 2, goodForDays: YEAR, reorderAt: 8, once: true },
  { sku: 'MED0126', quantity: 4, goodForDays: YEAR, reorderAt: 6, once: true },
  { sku: 'MED0145', quantity: 14, goodForDays: SOON, reorderAt: 6, once: true },
  { sku: 'MED0179', quantity: 90, goodForDays: 2 * SOON, reorderAt: 30, once: true },
]

interface Medicine {
  id: string
  sku: string
  version: number
  reorder_level: number
}

const DATE_DIGITS = 2

/** Fills the shelf. Answers the medicines in use by their number, and how many batches came. */
export async function fillShelf(
  deps: Deps,
  who: Actor,
): Promise<{ medicines: ReadonlyMap<string, string>; batches: number }> {
  const today = clinicDay(deps.clock.now())
  const rows = (await deps
    .db('medications')
    .comment('demo.medicines')
    .whereIn(
      'sku',
      SHELF.map(({ sku }) => sku),
    )
    .where({ active: 1 })
    .select('id', 'sku', 'version', 'reorder_level')) as Medicine[]
  const had = new Set(
    (await deps
      .db('stock_batches')
      .comment('demo.batches')
      .whereIn(
        'medication_id',
        rows.map(({ id }) => id),
      )
      .distinct()
      .pluck('medication_id')) as string[],
  )
  let batches = 0
  for (const { id, sku, version, reorder_level } of rows) {
    const { quantity, goodForDays, reorderAt, once } = SHELF.find((each) => each.sku === sku) as Delivery
    if (reorder_level === 0)
      await editMedication(deps, String(id), { version }, { reorderLevel: reorderAt }, 'plain', who)
    if (once && had.has(id)) continue
    const batchNo = `DEMO-${today.slice(DATE_DIGITS).replaceAll('-', '')}-${sku.slice(-3)}`
    const delivery = {
      batchNo,
      expiresOn: addDays(today, goodForDays),
      quantity,
      supplier: 'Pembekal Contoh Sdn Bhd',
    }
    await receiveStock(deps, String(id), delivery, { who, variant: 'plain' })
    batches++
  }
  return { medicines: new Map(rows.map(({ id, sku }) => [sku, String(id)])), batches }
}
