const FIRST_PLAIN = 0x21
const LAST_PLAIN = 0x7e

/**
 * Trims white space at both ends, U+00A0, U+3000 and U+FEFF included (JavaScript's own definition).
 * The look at both end characters first saves a call on nearly every cell of an import.
 */
export function trimText(text: string): string {
  const length = text.length
  if (length === 0) return text
  const first = text.charCodeAt(0)
  const last = text.charCodeAt(length - 1)
  if (first >= FIRST_PLAIN && first <= LAST_PLAIN && last >= FIRST_PLAIN && last <= LAST_PLAIN) return text
  return text.trim()
}

/** Whether the text has no lone surrogates, which UTF-8 cannot carry and the database would turn into `?`. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed()
}

const CONTROL = /\p{Cc}/u
const CONTROL_BUT_LAYOUT = /[^\P{Cc}\t\n\r]/u

/** Whether the text has a control character (C0, DEL or C1), line ends and tabs included. */
export function hasControlCharacter(text: string): boolean {
  return CONTROL.test(text)
}

/** Whether the text has a control character that is not a tab or a line end: wrong even in a text of several lines. */
export function hasStrayControlCharacter(text: string): boolean {
  return CONTROL_BUT_LAYOUT.test(text)
}

/** Length in Unicode code points, as the database counts a VARCHAR. */
export function codePointLength(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit <= 0xdbff) count--
  }
  return count
}

/** Whether the text is longer than a VARCHAR of that many code points; counts only when it might be. */
export function isLongerThan(text: string, maxCodePoints: number): boolean {
  return text.length > maxCodePoints && codePointLength(text) > maxCodePoints
}

/** Every line end (CRLF, lone CR) as LF, which is how text of several lines is stored. */
export function withLfLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}
