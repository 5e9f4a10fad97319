import type { Access } from '../http/route.ts'

/** Who may look at figures: the owner's people at those of the clinic, doctors at their own. */
export const READERS: Access = { anyOf: ['dashboard.view', 'dashboard.own'] }
