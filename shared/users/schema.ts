import { z } from 'zod'
import { PERMISSIONS, ROLES } from '../rights/permissions.ts'

const MAX_ACCOUNT_CHARS = 254
const MAX_NAME_CHARS = 255
// longer ones are refused before hashing; the byte limit proper is checked with the rules
const MAX_PASSWORD_CHARS = 1024

const MAX_CODE_CHARS = 64

const password = z.string().min(1).max(MAX_PASSWORD_CHARS)

/** Body of the sign-in; `username` takes the e-mail address too. */
export const loginBody = z.strictObject({
  username: z.string().min(1).max(MAX_ACCOUNT_CHARS),
  password,
  code: z.string().max(MAX_CODE_CHARS).optional(),
})

export const passwordBody = z.strictObject({ currentPassword: password, newPassword: password })

const code = z.string().min(1).max(MAX_CODE_CHARS)

/** Bodies of the calls about one's own second step: a change takes the password, and a code where there is one. */
export const setUpBody = z.strictObject({ password })
export const enableBody = z.strictObject({ code })
export const proofBody = z.strictObject({ password, code })

/** A user as shown to that person and to administrators. */
export const userView = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(ROLES),
  permissions: z.array(z.enum(PERMISSIONS)),
  /** Whether the sign-in takes a second step. */
  twoFactor: z.boolean(),
})

export const unlockBody = z.strictObject({ password })

export const signedIn = z.object({
  user: userView,
  mustChangePassword: z.boolean(),
  lockAfterMin: z.number().nullable().describe('Minutes after which an untouched page locks itself'),
})

export const setUpAnswer = z.object({ secret: z.string(), uri: z.string(), qr: z.string() })
export const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) })

const username = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9._-]{1,59}$/, 'Use 2 to 60 letters, digits, dots, dashes'))
const email = z
  .string()
  .max(MAX_ACCOUNT_CHARS)
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.email())
const name = z.string().trim().min(1).max(MAX_NAME_CHARS)

export const newUserBody = z.strictObject({ username, name, email: email.nullish(), role: z.enum(ROLES) })

export const userPatchBody = z.strictObject({
  version: z.number().int().positive(),
  name: name.optional(),
  email: email.nullable().optional(),
  role: z.enum(ROLES).optional(),
  active: z.boolean().optional(),
  grants: z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length).optional(),
})

/** A user in the administrators' list. */
export const staffView = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(ROLES),
  grants: z.array(z.enum(PERMISSIONS)),
  active: z.boolean(),
  mustChangePassword: z.boolean(),
  twoFactor: z.boolean(),
  createdAt: z.string(),
  version: z.number(),
})

/** A page of a list by number; `limit` at most 100. */
export const pageQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(500).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

export const tokenBody = z.strictObject({
  name: name.max(100),
  scopes: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length),
  perHour: z.number().int().min(1).max(1_000_000).default(1000),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
})

export const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.object({ id: z.string(), username: z.string() }),
  scopes: z.array(z.enum(PERMISSIONS)),
  perHour: z.number(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
})

export type NewUserBody = z.output<typeof newUserBody>
export type UserPatchBody = z.output<typeof userPatchBody>
export type TokenBody = z.output<typeof tokenBody>
