/** Deepest nesting of arrays and objects that a body may have. */
export const MAX_DEPTH = 20

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = new Set([0x5b, 0x7b])
const CLOSE = new Set([0x5d, 0x7d])
const OPEN_OBJECT = 0x7b
const COLON = 0x3a

/** What is wrong with a JSON text beside its grammar, which `JSON.parse` checks. */
export type JsonFault = 'too-deep' | 'repeated-name' | 'forbidden-name'

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

function isName(text: string, after: number): boolean {
  let at = after
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1
  return text.charCodeAt(at) === COLON
}

function nameOf(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1)
  try {
    return JSON.parse(raw) as string
  } catch {
    return raw
  }
}

/**
 * Finds nesting beyond {@link MAX_DEPTH}, a name twice in one object, and `__proto__`: the built-in parser accepts all
 * three (200,000 levels, last one wins). One pass, linear, before anything is built.
 */
export function scanJson(text: string): JsonFault | undefined {
  const names: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      const known = names.at(-1)
      if (known && isName(text, end + 1)) {
        const name = nameOf(text.slice(at, end + 1))
        if (name === '__proto__') return 'forbidden-name'
        if (known.has(name)) return 'repeated-name'
        known.add(name)
      }
      at = end
    } else if (OPEN.has(code)) {
      if (names.length === MAX_DEPTH) return 'too-deep'
      names.push(code === OPEN_OBJECT ? new Set() : null)
    } else if (CLOSE.has(code)) names.pop()
  }
  return undefined
}
