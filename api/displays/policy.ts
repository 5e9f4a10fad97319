import type { Cached } from '../../shared/cache/read-cache.ts'
import { displayOfToken, type PairedDisplay } from '../../shared/displays/reads.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { matchesEtag } from '../http/conditional.ts'
import { countCall } from '../http/rate-limit.ts'
import type { Access, Call } from '../http/route.ts'
import { displayToken } from './cookie.ts'

const HOUR_MS = 3_600_000

/** Who may see the list of screens. */
export const READERS: Access = { anyOf: ['displays.view'] }
/** Who may add and revoke them. */
export const WRITERS: Access = { anyOf: ['displays.write'] }

/** The paired screen that asks; throws `auth/required`. Its routes are open in the table, and all of them ask here. */
export async function screenOf(call: Call): Promise<PairedDisplay> {
  const token = displayToken(call)
  const display = token === undefined ? null : await displayOfToken(call.deps, token)
  if (display === null) throw new AppError('auth/required')
  return display
}

/** Counts a call of a screen or slip under its own name: those of one waiting room share an address. */
export const countByToken = (call: Call, name: string): Promise<void> =>
  countCall(call.deps, name, call.deps.config.RATE_LIMIT_GENERAL_PER_HOUR, HOUR_MS)

/** The same for an answer that may turn out to be a 304, which does not count. */
export async function countAnswer(call: Call, name: string, answer: Cached): Promise<Cached> {
  if (!matchesEtag(call.header('if-none-match'), answer.etag)) await countByToken(call, name)
  return answer
}
