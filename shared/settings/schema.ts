import { z } from 'zod'

const MAX_ITEMS = 50
const MAX_CHARS = 4000

/** Parts of the guided set-up, in its order, and the word for all of it. */
export const SET_UP_PARTS = [
  'clinic',
  'logo',
  'doctors',
  'hours',
  'numbers',
  'users',
  'patients',
  'finished',
] as const

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

/** Longest logo, bytes of the picture itself. */
export const MAX_LOGO_BYTES = 64 * 1024
const MAX_LOGO_CHARS = Math.ceil(MAX_LOGO_BYTES / 3) * 4

/** The clinic's logo as it stands on print-outs; `version` is 0 while there never was one. */
export const logo = z
  .object({
    image: z.string().nullable().describe('base64'),
    mediaType: z.enum(['image/png', 'image/jpeg']).nullable(),
    version: z.number().int(),
  })
  .meta({ id: 'Logo' })
export type Logo = z.infer<typeof logo>

/** A new logo whose present version was seen: a JPEG, or a PNG without transparency, in base64; null takes it out. */
export const logoChange = z.strictObject({
  image: z.string().min(1).max(MAX_LOGO_CHARS).nullable(),
  version: z.number().int().min(0),
})
export type LogoChange = z.infer<typeof logoChange>
