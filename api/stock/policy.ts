import type { Access } from '../http/route.ts'

/** Who may look at the stock. */
export const READERS: Access = { anyOf: ['stock.view'] }
/** Who may receive, count and correct it. */
export const WRITERS: Access = { anyOf: ['stock.write'] }
