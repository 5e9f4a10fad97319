const SEPARATORS = /[-()\s]/g
const HAS_SEPARATOR = /[-()\s]/
/** 0, 60 or +60, then a mobile (1 + 8 or 9 digits) or a fixed number (3–9 + 7 or 8 digits). */
const MALAYSIAN = /^(?:0|\+?60)(1[0-9]{8,9}|[3-9][0-9]{7,8})$/
const FOREIGN = /^\+[1-9][0-9]{6,14}$/

/**
 * The stored form of a telephone number, `+` and digits only: `012-345 6789` → `+60123456789`. Null when it is
 * neither a Malaysian number nor an international one with `+` and 7 to 15 digits.
 */
export function canonicalPhone(text: string): string | null {
  const bare = HAS_SEPARATOR.test(text) ? text.replace(SEPARATORS, '') : text
  const malaysian = MALAYSIAN.exec(bare)
  if (malaysian !== null) return `+60${malaysian[1]}`
  return FOREIGN.test(bare) && !bare.startsWith('+60') ? bare : null
}
