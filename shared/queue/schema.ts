/** Kinds of patients in the line, in the usual order of their turn. */
export const PRIORITIES = ['emergency', 'pregnant', 'elderly', 'child', 'normal'] as const
/** One of {@link PRIORITIES}. */
export type Priority = (typeof PRIORITIES)[number]
