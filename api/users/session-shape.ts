import { z } from 'zod'

/** Id of a session: the hash of its secret, 32 bytes in base64url. */
export const sessionId = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

/** An open session as its owner and administrators see it. */
export const sessionView = z.object({
  id: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  address: z.string(),
  userAgent: z.string(),
})
