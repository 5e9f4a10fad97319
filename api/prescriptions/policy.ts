import type { Access } from '../http/route.ts'

/** Who may look at prescriptions. */
export const READERS: Access = { anyOf: ['prescriptions.view'] }
/** Who may write them; only the doctor of the consultation gets further. */
export const WRITERS: Access = { anyOf: ['prescriptions.write'] }
