import type { Access } from '../http/route.ts'

/** Who may read letters: a referral says what a doctor found. */
export const READERS: Access = { anyOf: ['letters.view'] }
/** Who may write them; the command looks whose consultation it is. */
export const WRITERS: Access = { anyOf: ['letters.write'] }
