import { dropKept, keep, kept } from '../../lib/keep.ts'
import type { PaymentInput } from './types.ts'

/** A payment that was sent and not answered yet; the same key makes it one payment however often it is sent. */
export interface Sent {
  key: string
  input: PaymentInput
}

const nameOf = (visitId: string): string => `payment.sent.${visitId}`

/** Keeps a payment until its answer is there, over reloads too. */
export const keepSent = (visitId: string, sent: Sent): void => keep(nameOf(visitId), sent)

export const sentOf = (visitId: string): Sent | null => kept<Sent>(nameOf(visitId))?.value ?? null

export const dropSent = (visitId: string): void => dropKept(nameOf(visitId))

const flying = new Set<string>()

/** Payments of this page that are on their way now, whichever screen sent them. */
export const isFlying = (key: string): boolean => flying.has(key)

/** Marks a payment as being on its way while `work` runs. */
export async function fly<T>(key: string, work: () => Promise<T>): Promise<T> {
  flying.add(key)
  try {
    return await work()
  } finally {
    flying.delete(key)
  }
}
