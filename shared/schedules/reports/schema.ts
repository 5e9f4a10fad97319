import { z } from 'zod'
import { REPORT_FORMATS } from '../../reports/schema.ts'
import { schedule } from '../schema.ts'
import { PERIODS, SCHEDULABLE } from './rules.ts'

const MOST_RECIPIENTS = 10
const LONGEST_ADDRESS = 254
const LONGEST_TITLE = 120
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/
const LAST_SURE_DAY = 28

const address = z.email().max(LONGEST_ADDRESS)
/** Once a day is often enough for figures of days. */
export const REPORT_RHYTHMS = ['day', 'week', 'month'] as const

const asked = {
  title: z.string().trim().min(1).max(LONGEST_TITLE),
  report: z.enum(SCHEDULABLE),
  params: z.record(z.string(), z.unknown()).describe('parameters of the report but for its period'),
  period: z.enum(PERIODS).describe('seen from the day it is made on'),
  format: z.enum(REPORT_FORMATS),
  language: z.enum(['en', 'ms']),
  every: z.enum(REPORT_RHYTHMS),
  at: z.string().regex(TIME, 'Must be HH:MM'),
  weekday: z.number().int().min(1).max(7).nullable(),
  monthDay: z.number().int().min(1).max(LAST_SURE_DAY).nullable(),
  recipients: z.array(address).max(MOST_RECIPIENTS).describe('who gets a mail when it is made'),
  attach: z.boolean().describe('send the file too; only of reports that are figures alone'),
  enabled: z.boolean(),
}

/** Body of `POST /api/schedules/reports`. */
export const reportScheduleInput = z.strictObject({
  ...asked,
  params: asked.params.default({}),
  format: asked.format.default('pdf'),
  language: asked.language.default('en'),
  weekday: asked.weekday.default(null),
  monthDay: asked.monthDay.default(null),
  recipients: asked.recipients.default([]),
  attach: asked.attach.default(false),
  enabled: asked.enabled.default(true),
})
export type ReportScheduleInput = z.output<typeof reportScheduleInput>

/** Body of `PATCH /api/schedules/reports/{name}`. */
export const reportScheduleChanges = z
  .strictObject({ version: z.number().int().optional(), ...asked })
  .partial()
  .refine(({ version: _, ...changes }) => Object.keys(changes).length > 0, { message: 'changes nothing' })
export type ReportScheduleChanges = z.output<typeof reportScheduleChanges>

/** A report that is made by itself, as people and programs see it. */
export const reportSchedule = z.object({
  ...schedule.omit({ does: true }).shape,
  title: z.string(),
  report: z.enum(SCHEDULABLE),
  params: z.record(z.string(), z.unknown()),
  period: z.enum(PERIODS),
  format: z.enum(REPORT_FORMATS),
  language: z.enum(['en', 'ms']),
  recipients: z.array(z.string()),
  attach: z.boolean(),
  owner: z.object({ id: z.string(), name: z.string() }),
  lastMail: z
    .object({
      status: z.enum(['waiting', 'sent', 'failed']),
      fault: z.string().nullable().describe('what the mail server said, by its kind'),
      endedAt: z.string().nullable(),
    })
    .nullable()
    .describe('the mail about the report made last; null: there was none'),
})
export type ReportSchedule = z.infer<typeof reportSchedule>

export const reportScheduleList = z.object({ data: z.array(reportSchedule) })
