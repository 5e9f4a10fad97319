import type { Problem } from '../units/judgement.ts'

/** What can be wrong with a row as such, before anything in it is looked at. */
export const ROW_PROBLEMS = {
  INVALID_ENCODING: "The row has bytes that are not valid in the file's encoding.",
  COLUMN_COUNT: 'The row has not as many cells as the header.',
  BAD_QUOTES: 'Something other than a delimiter follows a closing quotation mark.',
  UNCLOSED_QUOTE: 'A quotation mark is opened and not closed.',
  ROW_TOO_LONG: 'The row is longer than 1 MB.',
  NOT_JSON: 'The line is no JSON.',
  NOT_RESOURCE: 'The line is no FHIR resource: it has no resourceType.',
  WRONG_RESOURCE_TYPE: 'The resource is of another type than this kind of import reads.',
  CELL_ERROR: 'The cell holds an error of the spreadsheet, such as #REF!, or nothing that can be read.',
  NO_FORMULA_VALUE: 'The cell holds a formula whose result was not stored.',
} as const

/** A code of {@link ROW_PROBLEMS}. */
export type RowProblemCode = keyof typeof ROW_PROBLEMS

/** The problem of a whole row as it is reported; `column` where a single cell of it cannot be read. */
export function rowProblem(code: RowProblemCode, column = ''): Problem {
  return { column, code, message: ROW_PROBLEMS[code] }
}
