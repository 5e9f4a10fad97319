import { z } from 'zod'

const instant = z.string().describe('ISO 8601, UTC')
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/
const LAST_SURE_DAY = 28

export const EVERY = ['hour', 'day', 'week', 'month'] as const
export type Every = (typeof EVERY)[number]

const weekday = z.number().int().min(1).max(7).describe('1 = Monday')
const monthDay = z.number().int().min(1).max(LAST_SURE_DAY).describe('a day that every month has')

/** What is done when, in the clinic's time. */
export const schedule = z.object({
  name: z.string(),
  does: z.string(),
  every: z.enum(EVERY),
  at: z.string().describe('HH:MM of the clinic; every hour: only the minutes count'),
  weekday: weekday.nullable(),
  monthDay: monthDay.nullable(),
  enabled: z.boolean(),
  nextAt: instant.nullable().describe('null while it is turned off'),
  lastSlotAt: instant.describe('the slot that was taken last; a missed one is made up for once'),
  lastOperationId: z.string().nullable(),
  version: z.number().int(),
})
export type Schedule = z.infer<typeof schedule>

export const scheduleList = z.object({ data: z.array(schedule) })

export const scheduleName = z.strictObject({ name: z.string().max(40) })

/** Changes of a schedule whose version was seen. */
export const scheduleChanges = z
  .strictObject({
    version: z.number().int().optional(),
    every: z.enum(EVERY).optional(),
    at: z.string().regex(TIME).optional(),
    weekday: weekday.optional(),
    monthDay: monthDay.optional(),
    enabled: z.boolean().optional(),
  })
  .refine(({ version: _, ...changes }) => Object.keys(changes).length > 0, { message: 'changes nothing' })
export type ScheduleChanges = z.output<typeof scheduleChanges>
