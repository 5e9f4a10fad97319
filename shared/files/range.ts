/** A part of a file, both ends included. */
export interface Part {
  from: number
  to: number
}

const ONE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

/**
 * What a `Range` header asks of a file of so many bytes: one part, `whole` where there is no header or one that this
 * server does not follow (several parts, another unit), `none` where the part lies outside the file.
 */
export function rangeOf(header: string | undefined, bytes: number): Part | 'whole' | 'none' {
  const found = header === undefined ? null : ONE_RANGE.exec(header.trim())
  if (found === null) return 'whole'
  const [, first = '', last = ''] = found
  if (first === '' && last === '') return 'whole'
  if (first === '') {
    const length = Math.min(Number(last), bytes)
    return length === 0 ? 'none' : { from: bytes - length, to: bytes - 1 }
  }
  const from = Number(first)
  const to = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (last !== '' && Number(last) < from) return 'whole'
  return from >= bytes ? 'none' : { from, to }
}
