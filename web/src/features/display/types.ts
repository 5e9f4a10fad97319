export type { Screen } from '../../../../shared/queue/schema.ts'

import type { Screen } from '../../../../shared/queue/schema.ts'

export type Call = Screen['calls'][number]

/** Languages in which a number can be spoken. */
export type Spoken = 'ms' | 'en' | 'zh' | 'ta'

/** A ticket as events tell it to screens. */
export type ScreenEvent = Omit<Call, 'calledAt'> & { id: string }
