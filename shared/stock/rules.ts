/** What moves stock. `count` puts the shelf's number in place of the book's. */
export const MOVEMENT_KINDS = ['receive', 'dispense', 'return', 'adjust', 'count'] as const
/** One of {@link MOVEMENT_KINDS}. */
export type MovementKind = (typeof MOVEMENT_KINDS)[number]

/** A batch as far as handing out is concerned. */
export interface Shelf {
  id: string
  medicationId: string
  /** Clinic day; the batch may be handed out up to and on it. */
  expiresOn: string
  onHand: number
}

/** Whether a batch may still be handed out on a clinic day. */
export const isUsable = ({ expiresOn }: Pick<Shelf, 'expiresOn'>, day: string): boolean => expiresOn >= day

/** So much out of one batch. */
export interface Taken {
  batchId: string
  quantity: number
}

/**
 * Takes a quantity from the batches that expire first, over as many as it needs, and leaves expired ones alone.
 * Null when there is not enough; the batches are then as they were, otherwise their `onHand` has gone down.
 */
export function takeFirstExpiring(batches: readonly Shelf[], quantity: number, day: string): Taken[] | null {
  const order = batches
    .filter((batch) => batch.onHand > 0 && isUsable(batch, day))
    .sort((a, b) => a.expiresOn.localeCompare(b.expiresOn) || Number(BigInt(a.id) - BigInt(b.id)))
  if (order.reduce((sum, { onHand }) => sum + onHand, 0) < quantity) return null
  const taken: Taken[] = []
  let left = quantity
  for (const batch of order) {
    if (left === 0) break
    const part = Math.min(left, batch.onHand)
    batch.onHand -= part
    left -= part
    taken.push({ batchId: batch.id, quantity: part })
  }
  return taken
}
