import type { Operation } from '../../../operations/types.ts'

/** Whether refused rows of an operation can be mended as it stands. */
export const isMendable = ({ type, status, counts }: Operation): boolean =>
  type === 'import' && (status === 'completed' || status === 'needs_review') && (counts?.rejected ?? 0) > 0
