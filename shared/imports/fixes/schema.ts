import { z } from 'zod'

const MAX_FIXES = 50
const MAX_MAPPED = 200
const text = z.string().max(2000)

/** What becomes of a field of every row of a group. What a change does not apply to stays as it is. */
export const cellChange = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('value'), value: text.min(1) }).describe('The same value for all'),
  z
    .strictObject({
      to: z.literal('mapped'),
      values: z
        .record(text, text)
        .refine((values) => Object.keys(values).length <= MAX_MAPPED, `At most ${MAX_MAPPED} values`),
    })
    .describe('Another value for each value of the file, compared without blanks around it'),
  z.strictObject({ to: z.literal('empty') }).describe('Not given'),
  z
    .strictObject({ to: z.literal('date'), order: z.enum(['DMY', 'MDY', 'YMD']) })
    .describe('Day, month and year stand in this order; years have four digits'),
])
export type CellChange = z.infer<typeof cellChange>

const cause = {
  code: z.string().regex(/^[A-Z0-9_]{1,40}$/),
  column: z.string().max(191).nullable().describe('As the group has it'),
}

const skipFix = z
  .strictObject({ ...cause, skip: z.literal(true) })
  .describe('These rows are not wanted: they count as skipped from now on')

const againFix = z
  .strictObject({
    ...cause,
    field: z.string().max(40).optional().describe('The field that is changed; that of the reason if absent'),
    change: cellChange.optional(),
    strictness: z.literal('lenient').optional(),
    onDuplicate: z.enum(['update', 'skip']).optional(),
  })
  .describe('The rows are changed, if that is said, and tried again as a part of the same import')

/** What to do about all rows that were refused by one first reason. */
export const groupFix = z.union([skipFix, againFix])
export type GroupFix = z.infer<typeof groupFix>
export type AgainFix = z.infer<typeof againFix>

export const fixesBody = z.strictObject({ fixes: z.array(groupFix).min(1).max(MAX_FIXES) })
export type FixesBody = z.infer<typeof fixesBody>

const count = z.int().min(0)

/** Refused rows of one cause: the first reason of each and the field that it is about. */
export const refusedGroup = z.object({
  code: z.string(),
  column: z.string().nullable(),
  message: z.string(),
  count,
  field: z.string().nullable().describe('The field of the kind, if the reason is about one'),
  canChange: z.boolean().describe('Whether that field comes from a column of the file'),
  canBeEmpty: z.boolean(),
  canRunAgain: z
    .boolean()
    .describe('False where the row itself cannot be read: skipped, or mended in a file'),
  isDuplicate: z.boolean(),
  examples: z.array(z.object({ row: count, line: count, value: z.string() })),
  values: z.array(z.object({ value: z.string(), count })).describe('Most frequent values of the field'),
  valuesOf: count.describe('Rows among which the values were counted, from the first one on'),
})
export type RefusedGroup = z.infer<typeof refusedGroup>

/** A fix that was asked for, and what became of its rows. */
export const madeFix = z.object({
  no: z.int(),
  state: z.enum(['waiting', 'done', 'refused']),
  what: z.enum(['skip', 'again', 'file']),
  groups: z.array(z.object({ code: z.string(), column: z.string().nullable() })),
  counts: z.record(z.string(), z.int()).nullable().describe('How the counts of the import moved with it'),
  note: z.string().nullable(),
  madeAt: z.string(),
  doneAt: z.string().nullable(),
})

export const refusedGroups = z.object({ groups: z.array(refusedGroup), fixes: z.array(madeFix) })
export type RefusedGroups = z.infer<typeof refusedGroups>

/** How some rows would look, before anything is written. Keys that others hold are looked up when it is done. */
export const fixPreview = z.object({
  rows: z.array(
    z.object({
      row: count,
      line: count,
      code: z.string(),
      column: z.string().nullable(),
      changes: z.array(z.object({ field: z.string(), before: z.string(), after: z.string() })),
      becomes: z.enum(['skipped', 'tried', 'refused']),
      problems: z.array(z.object({ column: z.string(), code: z.string(), message: z.string() })),
    }),
  ),
})
export type FixPreview = z.infer<typeof fixPreview>
