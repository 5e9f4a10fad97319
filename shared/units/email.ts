import { hasControlCharacter, isLongerThan } from './text.ts'

/** Longest e-mail address in characters (RFC 5321), and the width of its column. */
export const MAX_EMAIL_LENGTH = 254

const EMAIL = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/

/** The stored form of an e-mail address, or null: one `@`, a dot in the domain, no white space, lower-case. */
export function canonicalEmail(text: string): string | null {
  if (!EMAIL.test(text) || isLongerThan(text, MAX_EMAIL_LENGTH) || hasControlCharacter(text)) return null
  return text.toLowerCase()
}
