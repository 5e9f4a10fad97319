import { SET_UP_PARTS } from '../../../../shared/settings/schema.ts'

export type { Logo } from '../../../../shared/settings/schema.ts'

/** The steps of the guided set-up, in order. */
export const STEPS = SET_UP_PARTS.filter((part) => part !== 'finished')
export type Step = (typeof STEPS)[number]
export type Part = (typeof SET_UP_PARTS)[number]

/** The settings of the steps that are a form. */
export const SETTINGS_OF = {
  clinic: ['clinic.name', 'clinic.address', 'clinic.phone', 'clinic.registration'],
  numbers: [
    'queue.ticketFormat',
    'queue.ticketStart',
    'billing.receiptFormat',
    'billing.consultationFee',
    'billing.sstPercent',
    'billing.sstNumber',
  ],
} as const satisfies Partial<Record<Step, readonly string[]>>
