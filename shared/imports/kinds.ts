import { AppError } from '../errors/app-error.ts'
import { judgePatientRow } from '../patients/rules.ts'
import type { JudgeOptions, Problem } from '../units/judgement.ts'
import { PATIENT_FIELDS } from './patient-fields.ts'

/** One field of a kind. `format` and `example` are for people; `synonyms` are headers, compared by `foldHeader`. */
export interface ImportField {
  name: string
  required: boolean
  format: string
  example: string
  synonyms: readonly string[]
  /** The field in several columns, each with its headers; those found are joined. */
  parts?: { with: string; columns: readonly (readonly string[])[] }
  /** What a header says about another field: a column `NRIC` also says that the ID type is NRIC. */
  implies?: { field: string; byHeader: Readonly<Record<string, string>> }
  /** Whether a given sample can be this field; a column in which most cannot is not suggested for it. */
  recognises?: (text: string) => boolean
}

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
