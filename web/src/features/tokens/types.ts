import type { z } from 'zod'
import type { tokenBody, tokenView } from '../../../../shared/users/schema.ts'

export type Token = z.infer<typeof tokenView>
export type NewToken = z.input<typeof tokenBody>
/** A token just made, with the secret that is shown once. */
export type MadeToken = Token & { token: string }
