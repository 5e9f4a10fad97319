import { AppError } from '../errors/app-error.ts'
import { judgePatientRow } from '../patients/rules.ts'
import type { JudgeOptions, Problem } from '../units/judgement.ts'
import type { ImportField } from './field.ts'
import { PATIENT_FIELDS } from './patient-fields.ts'

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

/** Every kind that can be imported; adding one is adding an entry. */
export const IMPORT_KINDS = {
  patients: { fields: PATIENT_FIELDS, leastNeeded: ['name'], judge: judgePatientRow },
} as const satisfies Record<string, ImportKind>

/** A key of {@link IMPORT_KINDS}. */
export type ImportKindName = keyof typeof IMPORT_KINDS

/** The kind of that name; throws `import/unknown-kind`. */
export function importKind(name: string): ImportKind {
  if (!Object.hasOwn(IMPORT_KINDS, name)) throw new AppError('import/unknown-kind')
  return IMPORT_KINDS[name as ImportKindName]
}
