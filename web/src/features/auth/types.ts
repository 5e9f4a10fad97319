import type { z } from 'zod'
import type { recoveryCodes, setUpAnswer, signedIn, userView } from '../../../../shared/users/schema.ts'

export type User = z.infer<typeof userView>
export type SignedIn = z.infer<typeof signedIn>
export type SetUp = z.infer<typeof setUpAnswer>
export type RecoveryCodes = z.infer<typeof recoveryCodes>
export type Permission = User['permissions'][number]

/** One place where a person is signed in. */
export interface Session {
  id: string
  current: boolean
  createdAt: string
  lastSeenAt: string
  address: string
  userAgent: string
}
