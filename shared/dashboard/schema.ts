import { z } from 'zod'
import { STATUSES } from '../queue/rules.ts'

const day = z.iso.date()
const count = z.number().int()
const amount = z.string().describe('RM, "45.00"')
const minutes = z
  .object({ count, medianMin: z.number().nullable(), p90Min: z.number().nullable() })
  .describe('From counts by minute, so exact to the minute up to an hour, coarser beyond')

export const dashboardQuery = z.strictObject({ day: day.optional().describe('Default: today') })

/** A day of the clinic, or of one doctor, in figures. */
export const dashboard = z
  .object({
    day,
    doctorId: z.string().nullable().describe('Whose figures; null: the whole clinic'),
    visits: z.object({
      total: count.describe('People, everybody of a group'),
      byStatus: z.record(z.enum(STATUSES), count),
      byHour: z.array(z.object({ hour: count, visits: count })),
    }),
    waiting: minutes,
    consultation: minutes,
    takings: z.object({
      total: amount,
      byMethod: z.array(z.object({ method: z.string(), amount })),
    }),
    doctors: z
      .array(
        z.object({
          doctorId: z.string().nullable().describe('null: nobody in particular'),
          name: z.string().nullable(),
          visits: count,
          takings: amount,
          waiting: minutes,
          consultation: minutes,
        }),
      )
      .describe('Those with most visits first'),
    newPatients: count.nullable().describe('Registered here, not imported; null in a doctor’s own figures'),
    medicines: z.array(z.object({ medicationId: z.string(), name: z.string().nullable(), quantity: count })),
    diagnoses: z.array(z.object({ code: z.string(), title: z.string().nullable(), visits: count })),
    month: z.object({
      from: day,
      to: day,
      visits: count,
      takings: amount,
      newPatients: count.nullable(),
      days: z.array(z.object({ day, visits: count, takings: amount, newPatients: count.nullable() })),
    }),
  })
  .meta({ id: 'Dashboard' })
export type Dashboard = z.infer<typeof dashboard>
