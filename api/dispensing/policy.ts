import type { Access } from '../http/route.ts'

/** Who may look at the dispensary's work. */
export const READERS: Access = { anyOf: ['dispensing.view'] }
/** Who may prepare, hand over and take back. */
export const WRITERS: Access = { anyOf: ['dispensing.write'] }
