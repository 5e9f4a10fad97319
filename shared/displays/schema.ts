import { z } from 'zod'

const MAX_NAME = 60
const MAX_CODE = 24

const instant = z.string().describe('ISO 8601, UTC')

/** A screen as administrators see it. */
export const display = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(['pairing', 'expired', 'paired', 'revoked']),
    online: z.boolean().describe('Whether its stream is open now'),
    createdAt: instant,
    pairedAt: instant.nullable(),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Display' })
export type Display = z.infer<typeof display>

export const displayList = z.object({ data: z.array(display) })

export const displayInput = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(MAX_NAME)
    .refine((text) => text.isWellFormed(), 'Has characters that cannot be stored'),
})

/** A new screen and the code that pairs it once; the code is never shown again. */
export const newDisplay = z.object({ display, pairingCode: z.string(), expiresAt: instant })
export type NewDisplay = z.infer<typeof newDisplay>

export const pairInput = z.strictObject({ code: z.string().max(MAX_CODE) })
export const paired = z.object({ name: z.string() })

const ackFields = { shown: z.literal(true).optional(), spoken: z.literal(true).optional() }
/** What a screen did with a call. */
export const ackInput = z
  .strictObject({ callId: z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id'), ...ackFields })
  .refine(({ shown, spoken }) => shown === true || spoken === true, 'Needs shown or spoken')
export type AckInput = z.infer<typeof ackInput>

export const ack = z.object({ callId: z.string(), shownAt: instant.nullable(), spokenAt: instant.nullable() })
export type Ack = z.infer<typeof ack>
