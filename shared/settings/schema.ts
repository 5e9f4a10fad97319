import { z } from 'zod'

const MAX_ITEMS = 50
const MAX_CHARS = 4000

const scalar = z.union([z.string().max(MAX_CHARS), z.number(), z.boolean()])

/** A setting as administrators see it; `version` is 0 while it has its default. */
export const setting = z
  .object({
    name: z.string(),
    group: z.string(),
    title: z.string(),
    value: z.unknown(),
    default: z.unknown(),
    choices: z
      .array(z.string())
      .nullable()
      .describe('What the value, or each item of a list, must be one of'),
    version: z.number().int(),
  })
  .meta({ id: 'Setting' })
export type Setting = z.infer<typeof setting>

export const settingList = z.object({ data: z.array(setting) })

/** A new value for a setting whose version was seen; what it may be, its definition says. */
export const settingChange = z.strictObject({
  value: z.union([scalar, z.array(scalar).max(MAX_ITEMS)]),
  version: z.number().int().min(0),
})
export type SettingChange = z.infer<typeof settingChange>
