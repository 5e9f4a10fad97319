import { cachedOne } from '../cache/read-cache.ts'
import type { Deps } from '../deps.ts'
import type { Principal } from '../rights/permissions.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { areOpen } from './presence.ts'
import { type DisplayRow, findByTokens, listDisplays } from './repository.ts'
import type { Display } from './schema.ts'
import { hashToken } from './secrets.ts'

export { createPresence, type Presence } from './presence.ts'

/** Name of the domain in the cache. */
export const DISPLAYS = 'displays'

const TOKEN_TTL_S = 3600

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>

/** A paired screen that asks. */
export interface PairedDisplay {
  id: string
  name: string
  tokenHash: string
}

/** The screen that has this token, or null; from the cache, which a revocation clears before it is answered. */
export async function displayOfToken(deps: ReadDeps, token: string): Promise<PairedDisplay | null> {
  const tokenHash = hashToken(token)
  const ask = { domain: DISPLAYS, id: tokenHash, variant: 'paired-1', ttlS: TOKEN_TTL_S }
  const found = await cachedOne(deps, ask, async () => {
    const [row] = await findByTokens(deps.db, [tokenHash])
    return row === undefined ? null : { id: row.id, name: row.name }
  })
  if (found === null) return null
  return { ...(JSON.parse(found.json.toString()) as { id: string; name: string }), tokenHash }
}

const SESSION = 'display:'

/** What stands for the session of a screen's stream. */
export const displaySession = ({ tokenHash }: PairedDisplay): string => `${SESSION}${tokenHash}`
/** Whether a stream's session is a screen's. */
export const isDisplaySession = (sessionId: string): boolean => sessionId.startsWith(SESSION)

/** A screen as the listener of a stream: it has no permission, only its own topic. */
export const displayPrincipal = ({ id, name }: Pick<PairedDisplay, 'id' | 'name'>): Principal => ({
  userId: `${SESSION}${id}`,
  username: 'display',
  name,
  role: 'cashier',
  permissions: new Set(),
  displayId: id,
})

/** Which of these sessions of screens still stand; for open streams. One statement. */
export async function displaysAlive(
  deps: Pick<Deps, 'db'>,
  sessionIds: readonly string[],
): Promise<Map<string, Principal | null>> {
  if (sessionIds.length === 0) return new Map()
  const rows = await findByTokens(
    deps.db,
    sessionIds.map((id) => id.slice(SESSION.length)),
  )
  const found = new Map(rows.map((row) => [SESSION + row.token_hash, displayPrincipal(row)]))
  return new Map(sessionIds.map((id) => [id, found.get(id) ?? null]))
}

function stateOf(row: DisplayRow, now: string): Display['state'] {
  if (row.revoked_at !== null) return 'revoked'
  if (row.paired_at !== null) return 'paired'
  return (row.code_expires_at ?? '') > now ? 'pairing' : 'expired'
}

/** A row as administrators see it. */
export const viewDisplay = (row: DisplayRow, online: boolean, now: Date): Display => ({
  id: row.id,
  name: row.name,
  state: stateOf(row, toSqlUtc(now)),
  online,
  createdAt: fromSqlUtc(row.created_at) ?? '',
  pairedAt: fromSqlUtc(row.paired_at),
  revokedAt: fromSqlUtc(row.revoked_at),
})

/** All screens, the newest first, with whether each is there at this moment. */
export async function getDisplays(deps: Deps): Promise<Display[]> {
  const rows = await listDisplays(deps.db)
  const open = await areOpen(
    deps,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => viewDisplay(row, open.has(row.id), deps.clock.now()))
}
