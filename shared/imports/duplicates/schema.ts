import { z } from 'zod'
import { CERTAINTIES, DUPLICATE_REASONS, patient } from '../../patients/schema.ts'

/** Most pairs that one call decides singly. */
export const MOST_DECISIONS = 200
const MAX_LIMIT = 50

/** How a pair stands. `ordered`: decided, and a worker is at it. `settled`: both are parts of one record already. */
export const PAIR_STATUSES = [
  'open',
  'later',
  'ordered',
  'kept',
  'merged',
  'split',
  'settled',
  'refused',
] as const
export type PairStatus = (typeof PAIR_STATUSES)[number]

/** What can be decided about a pair. */
export const PAIR_DECISIONS = ['merge', 'keep-both', 'later'] as const
export type PairDecision = (typeof PAIR_DECISIONS)[number]

/** Which of the two records stays when they are put together. */
const stays = z.enum(['existing', 'imported'])
export type Stays = z.infer<typeof stays>

const rowId = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const score = z.number().int().min(0).max(100)
const version = z.number().int().min(1)

const pairDecision = z.discriminatedUnion('decision', [
  z.strictObject({
    pair: rowId,
    decision: z.literal('merge'),
    stays: stays.default('existing'),
    importedVersion: version.describe('as seen'),
    existingVersion: version.describe('as seen'),
  }),
  z.strictObject({ pair: rowId, decision: z.literal('keep-both') }),
  z.strictObject({ pair: rowId, decision: z.literal('later') }),
])
export type PairOrder = z.output<typeof pairDecision>

const bulkDecision = z.strictObject({
  decision: z.enum(PAIR_DECISIONS),
  minScore: score.default(0).describe('Only pairs that are at least so sure'),
  stays: stays.default('existing'),
})
export type BulkOrder = z.output<typeof bulkDecision>

/** Nothing: look for pairs (again). Else what is decided: pair by pair, or of all that wait for a decision. */
export const duplicatesInput = z
  .strictObject({
    decisions: z.array(pairDecision).min(1).max(MOST_DECISIONS).optional(),
    all: bulkDecision.optional(),
  })
  .refine(({ decisions, all }) => decisions === undefined || all === undefined, {
    path: ['all'],
    message: 'Either single decisions or one for all',
  })
  .refine(({ decisions = [] }) => new Set(decisions.map(({ pair }) => pair)).size === decisions.length, {
    path: ['decisions'],
    message: 'Each pair once',
  })
export type DuplicatesInput = z.output<typeof duplicatesInput>

export const duplicatesQuery = z.strictObject({
  status: z.enum(PAIR_STATUSES).exclude(['split']).optional(),
  minScore: z.coerce.number().int().min(0).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
  cursor: z
    .string()
    .regex(/^\d{1,3}-\d{1,18}$/)
    .optional(),
})
export type DuplicatesQuery = z.output<typeof duplicatesQuery>

const count = z.number().int().min(0)
const seen = patient.extend({ present: z.boolean().describe('false: merged or deleted since') })

export const duplicatePair = z.object({
  id: z.string(),
  score,
  certainty: z.enum(CERTAINTIES),
  reasons: z.array(z.enum(DUPLICATE_REASONS)),
  status: z.enum(PAIR_STATUSES),
  refusal: z.string().nullable().describe('Code of the reason why the two could not be put together'),
  stays: stays.nullable(),
  mergeId: z.string().nullable(),
  decidedAt: z.string().nullable(),
  decidedBy: z.string().nullable(),
  imported: seen,
  existing: seen.describe('There before, or earlier in the same file'),
})
export type DuplicatePair = z.infer<typeof duplicatePair>

export const duplicatePiles = z.object({
  searched: z.boolean().describe('Whether it was looked for pairs yet'),
  exact: z.object({
    settled: count.describe('Rows of people who were there: updated, unchanged or skipped'),
    refused: count.describe('Rows refused because their keys are somebody else’s'),
  }),
  probable: z.record(z.enum(PAIR_STATUSES).exclude(['split']), count).describe('Pairs by how they stand'),
  new: count.describe('Imported records that look like nobody else'),
})
export type DuplicatePiles = z.infer<typeof duplicatePiles>

export const duplicatesFound = z.object({
  piles: duplicatePiles,
  data: z.array(duplicatePair),
  meta: z.object({ limit: z.number(), next: z.string().nullable() }),
})
export type DuplicatesFound = z.infer<typeof duplicatesFound>
