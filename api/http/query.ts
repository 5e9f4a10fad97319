import { AppError } from '../../shared/errors/app-error.ts'

/** The parameters of a request that has none, shared so that the usual case allocates nothing. */
const NONE: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

const malformed = () => new AppError('request/malformed', { detail: 'The address could not be decoded.' })

/** Percent-decodes one part of an address; refuses broken sequences and NUL. */
export function decodePart(text: string): string {
  if (!text.includes('%')) return text
  try {
    const decoded = decodeURIComponent(text)
    if (decoded.includes('\0')) throw malformed()
    return decoded
  } catch {
    throw malformed()
  }
}

/**
 * Reads a query string where every parameter may stand once: a repeated one, or a name with brackets or dots (which
 * other parsers turn into lists and objects), is refused with 422 so that no two layers read it differently.
 */
export function parseQuery(text: string): Readonly<Record<string, string>> {
  if (text === '') return NONE
  const found: Record<string, string> = Object.create(null)
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = decodePart((at === -1 ? pair : pair.slice(0, at)).replaceAll('+', ' '))
    if (name in found || /[[\].]/.test(name)) throw new AppError('request/ambiguous-parameter')
    found[name] = at === -1 ? '' : decodePart(pair.slice(at + 1).replaceAll('+', ' '))
  }
  return found
}
