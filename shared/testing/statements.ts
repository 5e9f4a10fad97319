import type { SourceFile } from './imports.ts'

/** `raw(` or a `…Raw(` with a text that has something put into it. */
const BUILT = /\b(?:raw|\w+Raw)\(\s*(?:`[^`]*\$\{|'[^'\n]*'\s*\+|"[^"\n]*"\s*\+|\w+\s*\+)/

/**
 * Files whose statements are put together from parts. The parts are texts written in the code (a list of columns, a
 * number of places, a fixed condition); values are always bound. Whoever adds a file here has looked at that.
 */
export const PUT_TOGETHER: ReadonlySet<string> = new Set([
  'shared/audit/queries.ts',
  'shared/audit/review.ts',
  'shared/audit/seal.ts',
  'shared/audit/verify.ts',
  'shared/db/grants.ts',
  'shared/exports/one-column.ts',
  'shared/ops/metric-sources.ts',
  'shared/patients/search-words.ts',
  'workers/cli/doctor-database.ts',
  'workers/imports/kinds/visits.ts',
  'workers/imports/records/guess.ts',
  'workers/imports/records/referred-visits.ts',
  'workers/imports/records/referred.ts',
  'workers/imports/records/unchanged.ts',
  'workers/maintenance/optimize.ts',
])

/** Says where a statement is put together in a file that was not looked at. */
export function builtStatements({ path, text }: SourceFile): string[] {
  if (PUT_TOGETHER.has(path) || /\.test\.tsx?$|\/testing/.test(path) || !BUILT.test(text)) return []
  return [`${path}: a statement is put together; bind its values, and have its parts looked at`]
}
