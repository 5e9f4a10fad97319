import type { JudgeOptions, Problem } from '../units/judgement.ts'
import type { ImportField } from './field.ts'

/** How one row of a kind is judged: accepted with its stored values, or refused with reasons. */
export type Judge = (
  fields: readonly string[],
  options: JudgeOptions,
) => { problems: Problem[] } | { leftOut: string[]; values: Readonly<Record<string, string | null>> }

/** One kind of import: its fields in the order of its rules, its judge, and what lenient still needs. */
export interface ImportKind {
  fields: readonly ImportField[]
  leastNeeded: readonly string[]
  judge: Judge
}
