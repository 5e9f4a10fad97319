import type { JudgeOptions, Problem } from '../../units/judgement.ts'
import { canonicalName } from '../../units/names.ts'
import {
  hasControlCharacter,
  hasStrayControlCharacter,
  isLongerThan,
  isWellFormed,
} from '../../units/text.ts'
import type { ImportField } from '../field.ts'
import type { ImportKind, Judge } from '../kind.ts'
import { type RecordProblemCode, recordProblem } from './problems.ts'
import { amountText, readAmount } from './values.ts'

/** Values of a record under the names of its fields, as texts: amounts `45.00`, days, instants in UTC; null = not given. */
export type Values = Readonly<Record<string, string | null>>

/** A judged row: its values as far as they could be read, everything that is wrong with it by itself, what was left out. */
export interface JudgedRecord {
  values: Values
  problems: Problem[]
  leftOut: string[]
}

/** How the rows of a kind are read. `keys` are the fields that no two rows of a file may share. */
export interface RecordRules {
  fields: readonly ImportField[]
  leastNeeded: readonly string[]
  keys: readonly string[]
  read(row: RowReader): Values
}

/** One row of a file while it is judged. */
export interface RowReader {
  options: JudgeOptions
  /** The trimmed text of a field; '' = not given. */
  given(name: string): string
  /** Notes what is wrong with a field: lenient leaves an optional one out and lists it, all else is refused. */
  fault(name: string, code: RecordProblemCode): null
  /** A value in its stored form; `missing` is what a needed field without one is told. */
  value(
    name: string,
    canonical: (text: string) => string | null,
    bad: RecordProblemCode,
    missing?: RecordProblemCode,
  ): string | null
  /** A text as it is, up to so many characters. */
  text(name: string, max: number, missing?: RecordProblemCode): string | null
  /** A name in one line. */
  name(name: string, max: number, missing?: RecordProblemCode): string | null
  externalId(): string | null
  /** An amount that is not negative, as `45.00`. */
  amount(name: string): string | null
}

const MAX_EXTERNAL_ID = 80

/** Of most rows nothing is wrong: one list for all of them. */
const NONE: readonly unknown[] = Object.freeze([])

/** The reader of {@link recordJudge}: one for all rows, because making one for each costs more than the rules. */
class Reader implements RowReader {
  readonly options: JudgeOptions
  problems: Problem[] = NONE as Problem[]
  leftOut: string[] = NONE as string[]
  readonly #isLenient: boolean
  readonly #places = new Map<string, number>()
  readonly #needed = new Set<string>()
  #fields: readonly string[] = []

  constructor({ fields, leastNeeded }: RecordRules, options: JudgeOptions) {
    this.options = options
    this.#isLenient = options.strictness === 'lenient'
    for (const [at, { name, required }] of fields.entries()) {
      this.#places.set(name, at)
      if (this.#isLenient ? leastNeeded.includes(name) : required) this.#needed.add(name)
    }
  }

  /** Turns to the next row. */
  begin(fields: readonly string[]): void {
    this.#fields = fields
    this.problems = NONE as Problem[]
    this.leftOut = NONE as string[]
  }

  given(name: string): string {
    return this.#fields[this.#places.get(name) ?? -1] ?? ''
  }

  fault(name: string, code: RecordProblemCode): null {
    if (this.#isLenient && !this.#needed.has(name)) {
      if (!this.leftOut.includes(name)) this.leftOut = [...this.leftOut, name]
    } else this.problems = [...this.problems, recordProblem(name, code)]
    return null
  }

  value(
    name: string,
    canonical: (text: string) => string | null,
    bad: RecordProblemCode,
    missing = bad,
  ): string | null {
    const text = this.#wellFormed(name, missing)
    return text === null ? null : (canonical(text) ?? this.fault(name, bad))
  }

  text(name: string, max: number, missing: RecordProblemCode = 'BAD_TEXT'): string | null {
    const text = this.#wellFormed(name, missing)
    if (text === null) return null
    if (isLongerThan(text, max)) return this.fault(name, 'TEXT_TOO_LONG')
    return hasStrayControlCharacter(text) ? this.fault(name, 'BAD_TEXT') : text
  }

  name(name: string, max: number, missing: RecordProblemCode = 'MISSING_NAME'): string | null {
    const text = this.#wellFormed(name, missing)
    if (text === null) return null
    const canonical = canonicalName(text)
    if (isLongerThan(canonical, max)) return this.fault(name, 'NAME_TOO_LONG')
    return hasControlCharacter(canonical) ? this.fault(name, 'NAME_CONTROL_CHAR') : canonical
  }

  externalId(): string | null {
    const text = this.#wellFormed('external_id', 'MISSING_EXTERNAL_ID')
    if (text === null) return null
    if (isLongerThan(text, MAX_EXTERNAL_ID)) return this.fault('external_id', 'EXTERNAL_ID_TOO_LONG')
    return hasControlCharacter(text) ? this.fault('external_id', 'BAD_EXTERNAL_ID') : text
  }

  amount(name: string): string | null {
    const text = this.value(name, amountOf, 'BAD_AMOUNT')
    return text?.startsWith('-') ? this.fault(name, 'NEGATIVE_AMOUNT') : text
  }

  /** What is given, if it is text that can be kept. */
  #wellFormed(name: string, missing: RecordProblemCode): string | null {
    const text = this.given(name)
    if (text === '') return this.#needed.has(name) ? this.fault(name, missing) : null
    return isWellFormed(text) ? text : this.fault(name, 'BAD_TEXT')
  }
}

function amountOf(cell: string): string | null {
  const sen = readAmount(cell)
  return sen === null ? null : amountText(sen)
}

/** Judges rows of a kind, each by itself: all that is wrong with it is named. */
export function recordJudge(
  rules: RecordRules,
  options: JudgeOptions,
): (fields: readonly string[]) => JudgedRecord {
  const reader = new Reader(rules, options)
  return (fields) => {
    reader.begin(fields)
    const values = rules.read(reader)
    return { values, problems: reader.problems, leftOut: reader.leftOut }
  }
}

/** {@link recordJudge} for one row. */
export const judgeRecord = (
  rules: RecordRules,
  fields: readonly string[],
  options: JudgeOptions,
): JudgedRecord => recordJudge(rules, options)(fields)

/** A kind as imports of all kinds are described. */
export function recordKind(rules: RecordRules): ImportKind {
  const judge: Judge = (fields, options) => {
    const { values, problems, leftOut } = judgeRecord(rules, fields, options)
    return problems.length > 0 ? { problems } : { values, leftOut }
  }
  return { fields: rules.fields, leastNeeded: rules.leastNeeded, judge }
}
