import { z } from 'zod'
import { PANEL_KINDS } from './rules.ts'

const MAX_NAME = 200
const MAX_ADDRESS = 500
const MAX_LIMIT = 100

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')
const money = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,5})\.[0-9]{2}$/, 'Must be an amount like "45.00"')
  .describe('RM, two decimals')
const percent = z
  .string()
  .regex(/^(100\.00|[1-9]?[0-9]\.[0-9]{2})$/, 'Must be a percentage like "80.00"')
  .describe('Percent, two decimals')
const code = z.string().regex(/^[A-Z0-9][A-Z0-9-]{0,19}$/, 'Must be capital letters, digits and dashes')

/** A company or insurer that pays for its people, and what it pays of a bill. */
export const panel = z
  .object({
    id: z.string(),
    code: z.string(),
    name: z.string(),
    kind: z.enum(PANEL_KINDS),
    address: z.string().nullable(),
    contact: z.string().nullable(),
    percent: percent.describe('Of what is left after the copay'),
    copay: money.describe('What the patient pays first'),
    visitCap: money.nullable().describe('The most for one visit'),
    yearLimit: money.nullable().describe('The most for one patient in a calendar year'),
    active: z.boolean(),
    version: z.number().int(),
  })
  .meta({ id: 'Panel' })
export type Panel = z.infer<typeof panel>

const fields = {
  address: text(MAX_ADDRESS).nullable().optional(),
  contact: text(MAX_NAME).nullable().optional(),
  percent: percent.optional(),
  copay: money.optional(),
  visitCap: money.nullable().optional(),
  yearLimit: money.nullable().optional(),
  active: z.boolean().optional(),
}

/** What makes a panel; without a rule it pays everything. */
export const panelInput = z.strictObject({ code, name: text(MAX_NAME), kind: z.enum(PANEL_KINDS), ...fields })
export type PanelInput = z.infer<typeof panelInput>

/** What changes a panel: the fields that change and the version seen, here or in `If-Match`. */
export const panelChanges = z.strictObject({
  code: code.optional(),
  name: text(MAX_NAME).optional(),
  kind: z.enum(PANEL_KINDS).optional(),
  ...fields,
  version: z.number().int().min(1).optional(),
})
export type PanelChanges = z.infer<typeof panelChanges>

export const panelList = z.object({
  data: z.array(panel),
  meta: z.object({
    page: z.number().int(),
    limit: z.number().int(),
    total: z.number().int(),
    totalPages: z.number().int(),
    next: z.null(),
  }),
})
export type PanelList = z.infer<typeof panelList>

export const statementQuery = z.strictObject({
  month: z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, 'Must be a month YYYY-MM'),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
  cursor: z
    .string()
    .regex(/^[1-9][0-9]{0,18}$/, 'Not a cursor of this list')
    .optional(),
})
export type StatementQuery = z.output<typeof statementQuery>

/** What a panel owes for a month: every credit and reversal, and their sum over the whole month. */
export const statement = z.object({
  panel,
  month: z.string(),
  data: z.array(
    z.object({
      day: z.iso.date(),
      number: z.string(),
      kind: z.string(),
      patient: z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() }),
      visitId: z.string(),
      reference: z.string().nullable(),
      amount: z.string(),
    }),
  ),
  meta: z.object({ total: z.string(), lines: z.number().int(), next: z.string().nullable() }),
})
export type Statement = z.infer<typeof statement>
