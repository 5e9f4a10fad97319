import { z } from 'zod'
import { line, note, version } from '../schema.ts'

const MAX_TEMPLATE_NAME = 80
const templateTexts = {
  subjective: note.default(''),
  objective: note.default(''),
  assessment: note.default(''),
  plan: note.default(''),
}
export const templateInput = z.strictObject({
  name: line(MAX_TEMPLATE_NAME),
  shared: z.boolean().default(false).describe('For every doctor, not only for oneself'),
  ...templateTexts,
})
export type TemplateInput = z.output<typeof templateInput>

export const templateChanges = z.strictObject({
  version: version.optional(),
  name: line(MAX_TEMPLATE_NAME).optional(),
  subjective: note.optional(),
  objective: note.optional(),
  assessment: note.optional(),
  plan: note.optional(),
})
export type TemplateChanges = z.infer<typeof templateChanges>

/** A prepared note. */
export const template = z
  .object({
    id: z.string(),
    name: z.string(),
    shared: z.boolean(),
    subjective: z.string(),
    objective: z.string(),
    assessment: z.string(),
    plan: z.string(),
    mayChange: z.boolean().describe('Whether the asker may change and delete it'),
    version: z.number().int(),
  })
  .meta({ id: 'NoteTemplate' })
export type Template = z.infer<typeof template>
export const templateList = z.object({ data: z.array(template) })
