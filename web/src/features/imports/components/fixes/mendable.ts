import type { Operation } from '../../../operations/types.ts'

/** Whether refused rows of an operation can be mended as it stands. */
export const isMendable = ({ type, status, counts }: Operation): boolean =>
  type === 'import' && (status === 'completed' || status === 'needs_review') && (counts?.rejected ?? 0) > 0

/** Whether something was done about refused rows: what each fix brought in is still to be seen when none is left. */
export const wasMended = ({ type, status, note }: Operation): boolean =>
  type === 'import' &&
  (status === 'completed' || status === 'needs_review') &&
  (note?.includes('Refused rows: ') ?? false)
