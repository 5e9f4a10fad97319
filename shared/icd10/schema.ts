import { z } from 'zod'

const MAX_QUERY_CHARS = 80

export const icd10Query = z.strictObject({
  query: z
    .string()
    .max(MAX_QUERY_CHARS)
    .describe('A code or its beginning, or words of the title in any order'),
})

/** The best twenty codes for what was asked. */
export const icd10Found = z.object({ data: z.array(z.object({ code: z.string(), title: z.string() })) })
export type Icd10Found = z.infer<typeof icd10Found>
