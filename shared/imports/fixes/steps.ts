import type { AgainFix, GroupFix } from './schema.ts'

/** One step of fixing, as it is kept: rows that are skipped, rows that are tried again, or the rows of a mended file. */
export type FixStep =
  | { what: 'skip'; groups: Cause[] }
  | { what: 'again'; fixes: AgainFix[] }
  | { what: 'file' }

/** The first reason of a row and the field that it is about. */
export interface Cause {
  code: string
  column: string | null
}

const isSkip = (fix: GroupFix): fix is Extract<GroupFix, { skip: true }> => 'skip' in fix

/** Rows of a step are read alike. */
const manner = ({ strictness, onDuplicate }: AgainFix): string => `${strictness ?? ''} ${onDuplicate ?? ''}`

/**
 * The steps in which fixes are carried out: what is not wanted first, then rows that are read as before, then those that
 * are read in another way. A row that a step refuses for another reason meets the fix of that reason in a later one.
 */
export function stepsOf(fixes: readonly GroupFix[]): FixStep[] {
  const skipped = fixes.filter(isSkip)
  const again = fixes.filter((fix): fix is AgainFix => !isSkip(fix))
  const manners = [...new Set(again.map(manner))].sort()
  return [
    ...(skipped.length === 0
      ? []
      : [{ what: 'skip' as const, groups: skipped.map(({ code, column }) => ({ code, column })) }]),
    ...manners.map((one) => ({ what: 'again' as const, fixes: again.filter((fix) => manner(fix) === one) })),
  ]
}

/** The causes whose rows a step takes. */
export const causesOf = (step: FixStep): Cause[] =>
  step.what === 'file'
    ? []
    : step.what === 'skip'
      ? step.groups
      : step.fixes.map(({ code, column }) => ({ code, column }))
