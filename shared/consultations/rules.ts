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
