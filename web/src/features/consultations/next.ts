import { type Form, readForm } from './content.ts'
import type { Next } from './use-sign.ts'

export const NEXT_STEPS = ['dispensing', 'payment', 'completed'] as const satisfies readonly Next[]

const isCharged = (amount: string | null | undefined): boolean => Number(amount ?? 0) > 0

/** Where the server sends a patient unless told otherwise; null while others of the group still sit here. */
export function usualNext(form: Form, lines: number, isGroup: boolean): Next | null {
  if (isGroup) return null
  if (lines > 0) return 'dispensing'
  const { fee, procedures = [] } = readForm(form).content
  return isCharged(fee) || procedures.some(({ price }) => isCharged(price)) ? 'payment' : 'completed'
}
