import type { Operation } from '../../../operations/types.ts'

/** Rows of a bundle are of many kinds: they are mended where they come from. */
const hasEndedWell = ({ type, kind, status }: Operation): boolean =>
  type === 'import' && kind !== 'bundle' && (status === 'completed' || status === 'needs_review')

/** Whether refused rows of an operation can be mended as it stands. */
export const isMendable = (operation: Operation): boolean =>
  hasEndedWell(operation) && (operation.counts?.rejected ?? 0) > 0

/** Whether something was done about refused rows: what each fix brought in is still to be seen when none is left. */
export const wasMended = (operation: Operation): boolean =>
  hasEndedWell(operation) && (operation.note?.includes('Refused rows: ') ?? false)
