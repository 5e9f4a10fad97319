import type { Access } from '../http/route.ts'

/** Who may look at patients: every role of the clinic. */
export const READERS: Access = { anyOf: ['patients.view'] }
/** Who may register and change patients. */
export const WRITERS: Access = { anyOf: ['patients.write'] }
/** Who may delete them. */
export const DELETERS: Access = { anyOf: ['patients.delete'] }
/** Who may put two records of one person together, and apart again. */
export const MERGERS: Access = { anyOf: ['patients.merge'] }
