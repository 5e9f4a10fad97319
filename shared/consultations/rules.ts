/** Where a consultation can stand. */
export const CONSULTATION_STATUSES = ['draft', 'signed', 'amended'] as const
/** One of {@link CONSULTATION_STATUSES}. */
export type ConsultationStatus = (typeof CONSULTATION_STATUSES)[number]

/** What is done to a consultation. */
export type ConsultationStep = 'save' | 'sign' | 'amend'

/** From where which step leads where; whatever is not here is refused. */
const TRANSITIONS: Readonly<
  Record<ConsultationStatus, Partial<Record<ConsultationStep, ConsultationStatus>>>
> = {
  draft: { save: 'draft', sign: 'signed' },
  signed: { amend: 'amended' },
  amended: { amend: 'amended' },
}

/** Where a step leads from a state, or null where the table has no such step. */
export const statusAfter = (from: ConsultationStatus, step: ConsultationStep): ConsultationStatus | null =>
  TRANSITIONS[from][step] ?? null

const SEN_PER_RM = 100

/** An amount as it stands on the wire (`"45.00"`, `"45"`, `"45.5"`), in sen; its shape has been checked. */
export function senOf(amount: string): number {
  const [rm = '0', sen = ''] = amount.split('.')
  return Number(rm) * SEN_PER_RM + Number(sen.padEnd(2, '0'))
}

/** Sen as an amount on the wire. */
export const amountOf = (sen: number): string =>
  `${Math.floor(sen / SEN_PER_RM)}.${String(sen % SEN_PER_RM).padStart(2, '0')}`
