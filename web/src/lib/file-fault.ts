import i18next from 'i18next'
import type { HttpError } from './problem.ts'

type Saying = (found: readonly string[]) => string

const say = (name: string, values: Record<string, string> = {}): string =>
  i18next.t(`fileFault.${name}`, values)
const knows = (name: string): boolean => i18next.exists(`fileFault.${name}`)

/** `a PDF document` as the last part of a key. */
const keyOf = (content: string): string =>
  content
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '')

function sayContent([content = '']: readonly string[]): string {
  const key = `content.${keyOf(content)}`
  return say('content.is', { what: knows(key) ? say(key) : content })
}

/** The exact sentences of the server about a file, and what each is in the reader's language. */
const SENTENCES: readonly (readonly [RegExp, Saying])[] = [
  [/^The file is empty\.$/, () => say('empty')],
  [/^The file has nothing but blank lines\.$/, () => say('blank')],
  [/^The file is no text\.$/, () => say('binary')],
  [/^The file is (.+)\.$/, sayContent],
  [/^Line (\d+) is longer than 1 MB\.$/, ([line = '']) => say('longLine', { line })],
  [
    /^The header on line (\d+) has more than (\d+) columns\.$/,
    ([line = '', most = '']) => say('manyColumns', { line, most }),
  ],
  [
    /^The header on line (\d+) cannot be read: (.+)$/,
    ([line = '', why = '']) => `${say('header', { line })} ${sayOne(why) ?? ''}`.trim(),
  ],
  [/^Something other than a delimiter follows a closing quotation mark\.$/, () => say('badQuotes')],
  [/^A quotation mark is opened and not closed\.$/, () => say('unclosedQuote')],
  [/^The row has bytes that are not valid in the file's encoding\.$/, () => say('badBytes')],
  [
    /^Too many quotation marks are not closed; the last one on line (\d+)\.$/,
    ([line = '']) => say('brokenQuotes', { line }),
  ],
  [/^The text looks like an East Asian encoding/, () => say('eastAsian')],
  [/^The text is UTF-32\./, () => say('utf32')],
  [/^The file has no such column: (.+)$/s, ([column = '']) => say('noSuchColumn', { column })],
  [/^The file has this column more than once: (.+)$/s, ([column = '']) => say('columnTwice', { column })],
  [/^The file has no column for (\w+)\.$/, ([field = '']) => say('noColumnFor', { field: fieldName(field) })],
]

function fieldName(field: string): string {
  const key = `fields.${field}`
  return i18next.exists(key) ? i18next.t(key) : field
}

function sayOne(sentence: string): string | undefined {
  for (const [pattern, saying] of SENTENCES) {
    const found = pattern.exec(sentence)
    if (found) return saying(found.slice(1))
  }
  return undefined
}

/**
 * What exactly is wrong with a file, where, in the reader's language. A sentence that is not known here is shown as the
 * server wrote it to readers of English alone: the others have what its code says, which is in their language.
 */
export function fileFault(error: Pick<HttpError, 'detail' | 'errors'>): string | undefined {
  const { detail, errors } = error
  if (detail === undefined) return undefined
  // where there are several faults the detail is all of them in a row
  const parts = errors.map(({ message }) => sayOne(message))
  if (parts.length > 0 && parts.every((part) => part !== undefined)) return parts.join(' ')
  const whole = sayOne(detail)
  if (whole !== undefined) return whole
  return i18next.language.startsWith('en') ? detail : undefined
}
