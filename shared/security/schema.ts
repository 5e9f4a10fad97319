import { z } from 'zod'

const MAX_NETWORK_CHARS = 49
const MAX_REASON_CHARS = 200

/** A rule about addresses: shut out, or never shut out. `network`: an address or a range as `10.0.0.0/8`. */
export const ruleBody = z.strictObject({
  kind: z.enum(['block', 'allow']).default('block'),
  network: z.string().min(2).max(MAX_NETWORK_CHARS),
  reason: z.string().trim().min(1).max(MAX_REASON_CHARS),
  /** Absent = until it is taken back. */
  expiresAt: z.iso.datetime({ offset: true }).optional(),
})

export const ruleView = z.object({
  id: z.string(),
  kind: z.enum(['block', 'allow']),
  network: z.string(),
  reason: z.string(),
  /** Made by the system after abuse; it shuts out only who is not signed in. */
  automatic: z.boolean(),
  createdBy: z.string().nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
})

export const ruleQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(500).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

export const ruleList = z.object({
  data: z.array(ruleView),
  meta: z.object({
    page: z.number(),
    limit: z.number(),
    total: z.number(),
    totalPages: z.number(),
    next: z.null(),
    /** The address this question came from, which cannot be blocked from there. */
    yourAddress: z.string(),
  }),
})

export type RuleBody = z.output<typeof ruleBody>
export type RuleView = z.infer<typeof ruleView>
