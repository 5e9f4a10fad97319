import { z } from 'zod'

/** What can be asked for as upkeep, with what it does. */
export const TASKS = {
  optimize: 'refresh the statistics of every table, and rebuild those with much empty room',
  tidy: 'remove files, logs and notes that nobody needs any more; never data, never audit',
  watch: 'look at the certificate of the site, the disk and the last proven backup, and warn',
} as const

export const TASK_NAMES = Object.keys(TASKS) as [Task, ...Task[]]
export type Task = keyof typeof TASKS

export const taskParams = z.strictObject({ task: z.string().max(40) })

/** The body of `POST /api/maintenance/{task}`. */
export const taskRequest = z.strictObject({
  anyHour: z.boolean().default(false).describe('also outside the quiet hours'),
})

export const taskList = z.object({ data: z.array(z.object({ task: z.enum(TASK_NAMES), does: z.string() })) })
