import type { Access } from '../http/route.ts'

/** Who may look at families. */
export const READERS: Access = { anyOf: ['patients.view'] }
/** Who may register and change them. */
export const WRITERS: Access = { anyOf: ['patients.write'] }
