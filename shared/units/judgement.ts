/**
 * One reason why a row is refused. `column` is the field or '' for the whole row; `code` as in the import rules;
 * `message` is for the person and never holds the submitted value.
 */
export interface Problem {
  column: string
  code: string
  message: string
}

/** `lenient`: only the least is needed, and what cannot be read is left out and listed. */
export type Strictness = 'strict' | 'lenient'

/** How rows are judged: `todayOn` is the clinic day, given by the caller so that a whole run has the same one. */
export interface JudgeOptions {
  strictness: Strictness
  todayOn: string
  /** The moment by which "in the future" is judged; the end of `todayOn` if absent. */
  nowMs?: number
  /** The format has no place for some needed fields (amounts in FHIR): they are not given, and that is no fault. */
  isPartial?: boolean
}
