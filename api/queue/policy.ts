import type { Access } from '../http/route.ts'

/** Who may look at the queue: every role of the clinic. */
export const READERS: Access = { anyOf: ['queue.view'] }
/** Who may put patients in the queue and move them. */
export const WRITERS: Access = { anyOf: ['queue.write'] }
