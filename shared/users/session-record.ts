import { hash, randomBytes } from 'node:crypto'
import { type Permission, type Principal, permissionsOf, type Role } from '../rights/permissions.ts'

/** What a session says about its owner, as kept in Redis: a snapshot that ends with every change of role or rights. */
export interface SessionData {
  userId: string
  username: string
  name: string
  role: Role
  grants: readonly string[]
  mustChangePassword: boolean
  /** Set for API tokens: the only permissions it may use of its owner's. */
  token?: { id: string; scopes: readonly string[]; perHour: number }
}

/** {@link SessionData} as the requests use it. */
export interface Identity {
  principal: Principal
  mustChangePassword: boolean
  /** What its general limit counts by: `u:<user>` or `t:<token>`. */
  limitBy: string
  /** A token's own hourly limit. */
  perHour: number | undefined
  isToken: boolean
}

const SECRET_BYTES = 32

/** A new session secret: 256 random bits, 43 characters. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** The only form in which a secret is stored: whoever reads the store cannot sign in with it. */
export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url')

function identityOf(data: SessionData): Identity {
  const all = permissionsOf(data.role, data.grants)
  const scopes = data.token?.scopes
  const permissions = scopes === undefined ? all : new Set([...all].filter((each) => scopes.includes(each)))
  return {
    principal: {
      userId: data.userId,
      username: data.username,
      name: data.name,
      role: data.role,
      permissions: permissions as ReadonlySet<Permission>,
    },
    mustChangePassword: data.mustChangePassword,
    limitBy: data.token === undefined ? `u:${data.userId}` : `t:${data.token.id}`,
    perHour: data.token?.perHour,
    isToken: data.token !== undefined,
  }
}

const KNOWN_MAX = 2000
const known = new Map<string, Identity>()

/** Reads a stored snapshot. The same text gives the same object again, so a busy session is parsed once. */
export function readSnapshot(text: string): Identity {
  let identity = known.get(text)
  if (identity === undefined) {
    if (known.size >= KNOWN_MAX) known.clear()
    identity = identityOf(JSON.parse(text) as SessionData)
    known.set(text, identity)
  }
  return identity
}
