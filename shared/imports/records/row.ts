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

function rowReader(rules: RecordRules, fields: readonly string[], options: JudgeOptions) {
  const problems: Problem[] = []
  const leftOut: string[] = []
  const places = new Map(rules.fields.map(({ name }, at) => [name, at]))
  const isLenient = options.strictness === 'lenient'
  const isNeeded = (name: string) =>
    isLenient ? rules.leastNeeded.includes(name) : rules.fields[places.get(name) ?? -1]?.required === true
  const given = (name: string) => fields[places.get(name) ?? -1] ?? ''
  const fault = (name: string, code: RecordProblemCode): null => {
    if (isLenient && !isNeeded(name)) {
      if (!leftOut.includes(name)) leftOut.push(name)
    } else problems.push(recordProblem(name, code))
    return null
  }
  const value: RowReader['value'] = (name, canonical, bad, missing = bad) => {
    const text = given(name)
    if (text === '') return isNeeded(name) ? fault(name, missing) : null
    if (!isWellFormed(text)) return fault(name, 'BAD_TEXT')
    return canonical(text) ?? fault(name, bad)
  }
  const row: RowReader = {
    options,
    given,
    fault,
    value,
    text: (name, max, missing = 'BAD_TEXT') =>
      value(
        name,
        (text) => {
          if (isLongerThan(text, max)) return fault(name, 'TEXT_TOO_LONG') ?? ''
          return hasStrayControlCharacter(text) ? null : text
        },
        'BAD_TEXT',
        missing,
      ) || null,
    name: (name, max, missing = 'MISSING_NAME') =>
      value(
        name,
        (text) => {
          const canonical = canonicalName(text)
          if (isLongerThan(canonical, max)) return fault(name, 'NAME_TOO_LONG') ?? ''
          return hasControlCharacter(canonical) ? null : canonical
        },
        'NAME_CONTROL_CHAR',
        missing,
      ) || null,
    externalId: () =>
      value(
        'external_id',
        (text) => {
          if (isLongerThan(text, MAX_EXTERNAL_ID)) return fault('external_id', 'EXTERNAL_ID_TOO_LONG') ?? ''
          return hasControlCharacter(text) ? null : text
        },
        'BAD_EXTERNAL_ID',
        'MISSING_EXTERNAL_ID',
      ) || null,
    amount(name) {
      const text = value(
        name,
        (cell) => {
          const sen = readAmount(cell)
          return sen === null ? null : amountText(sen)
        },
        'BAD_AMOUNT',
      )
      return text?.startsWith('-') ? fault(name, 'NEGATIVE_AMOUNT') : text
    },
  }
  return { row, problems, leftOut }
}

/** Judges one row of a kind by itself: all that is wrong with it is named. */
export function judgeRecord(
  rules: RecordRules,
  fields: readonly string[],
  options: JudgeOptions,
): JudgedRecord {
  const { row, problems, leftOut } = rowReader(rules, fields, options)
  const values = rules.read(row)
  return { values, problems, leftOut }
}

/** A kind as imports of all kinds are described. */
export function recordKind(rules: RecordRules): ImportKind {
  const judge: Judge = (fields, options) => {
    const { values, problems, leftOut } = judgeRecord(rules, fields, options)
    return problems.length > 0 ? { problems } : { values, leftOut }
  }
  return { fields: rules.fields, leastNeeded: rules.leastNeeded, judge }
}
