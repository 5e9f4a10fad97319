import { isUsable, type Shelf, takeFirstExpiring } from '../../../../shared/stock/rules.ts'
import type { Stock } from './types.ts'

type Batch = Stock['batches'][number]

/** So much of a batch. */
export interface Part {
  batch: Batch
  quantity: number
}

/** What the shelf has for one line. */
export interface LinePlan {
  /** Batches in the order in which they are taken; empty when there is not enough. */
  parts: Part[]
  /** What of it can be handed out, after the lines before. */
  available: number
  enough: boolean
}

/** A line as far as the shelf is concerned. */
export interface Wanted {
  id: string
  medicationId: string
  quantity: number
}

/** What the server will take for each of the lines, handed over one after another on a clinic day. */
export function planOf(
  lines: readonly Wanted[],
  stocks: ReadonlyMap<string, Stock>,
  day: string,
): Map<string, LinePlan> {
  const plans = new Map<string, LinePlan>()
  for (const [medicationId, stock] of stocks) {
    const shelf: Shelf[] = stock.batches.map(({ id, expiresOn, onHand }) => ({
      id,
      medicationId,
      expiresOn,
      onHand,
    }))
    const batches = new Map(stock.batches.map((batch) => [batch.id, batch]))
    for (const line of lines.filter((one) => one.medicationId === medicationId)) {
      const available = shelf
        .filter((batch) => isUsable(batch, day))
        .reduce((sum, { onHand }) => sum + onHand, 0)
      const taken = takeFirstExpiring(shelf, line.quantity, day)
      const parts = (taken ?? []).flatMap(({ batchId, quantity }) => {
        const batch = batches.get(batchId)
        return batch === undefined ? [] : [{ batch, quantity }]
      })
      plans.set(line.id, { parts, available, enough: taken !== null })
    }
  }
  return plans
}

const DAY_MS = 86_400_000

/** Days from one clinic day to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS)
