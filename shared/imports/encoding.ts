import { isAscii, isUtf8 } from 'node:buffer'
import { AppError } from '../errors/app-error.ts'
import type { Encoding } from './schema.ts'

/** Bytes looked at to tell UTF-8 from Windows-1252. */
export const ENCODING_SAMPLE_BYTES = 4 * 1024 * 1024

/** What the bytes are read as, and how many of them are a byte order mark. */
export interface FoundEncoding {
  encoding: Encoding
  bomBytes: number
}

const startsWith = (bytes: Buffer, ...mark: number[]): boolean => mark.every((byte, i) => bytes[i] === byte)

/**
 * The encoding of a text by its beginning: byte order mark; else UTF-16 where every other byte is NUL; else UTF-8 when
 * at least half of the non-ASCII sequences are valid (single broken rows are then refused one by one); else
 * Windows-1252. East Asian double-byte text is refused with `import/unknown-encoding`, for as Windows-1252 it would
 * be stored as nonsense; `chosen` overrides all of it.
 */
export function findEncoding(sample: Buffer, chosen?: Encoding): FoundEncoding {
  const byMark = byByteOrderMark(sample)
  if (chosen !== undefined)
    return { encoding: chosen, bomBytes: byMark?.encoding === chosen ? byMark.bomBytes : 0 }
  if (byMark !== null) return byMark
  const wide = looksUtf16(sample)
  if (wide !== null) return { encoding: wide, bomBytes: 0 }
  if (isMostlyUtf8(sample)) return { encoding: 'utf-8', bomBytes: 0 }
  if (looksDoubleByte(sample)) {
    throw new AppError('import/unknown-encoding', {
      detail:
        'The text looks like an East Asian encoding (GB18030 or Big5). Save it as UTF-8, or choose the encoding.',
    })
  }
  return { encoding: 'windows-1252', bomBytes: 0 }
}

function byByteOrderMark(sample: Buffer): FoundEncoding | null {
  if (startsWith(sample, 0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', bomBytes: 3 }
  if (startsWith(sample, 0xff, 0xfe, 0, 0) || startsWith(sample, 0, 0, 0xfe, 0xff)) {
    throw new AppError('import/unknown-encoding', { detail: 'The text is UTF-32. Save it as UTF-8.' })
  }
  if (startsWith(sample, 0xff, 0xfe)) return { encoding: 'utf-16le', bomBytes: 2 }
  return startsWith(sample, 0xfe, 0xff) ? { encoding: 'utf-16be', bomBytes: 2 } : null
}

const WIDE_SAMPLE_BYTES = 4096
const WIDE_LEAST_BYTES = 8
/** Share of NULs at every other place from which it cannot be anything else: text in Latin letters has nearly all. */
const WIDE_SHARE = 0.6

function looksUtf16(sample: Buffer): 'utf-16le' | 'utf-16be' | null {
  const length = Math.min(sample.length, WIDE_SAMPLE_BYTES) & ~1
  if (length < WIDE_LEAST_BYTES) return null
  const nuls: [number, number] = [0, 0]
  for (let i = 0; i < length; i++) if (sample[i] === 0) nuls[i & 1 ? 1 : 0]++
  const least = (length / 2) * WIDE_SHARE
  if (nuls[1] >= least && nuls[0] * 10 < nuls[1]) return 'utf-16le'
  return nuls[0] >= least && nuls[1] * 10 < nuls[0] ? 'utf-16be' : null
}

/** Length of the UTF-8 sequence at `i` by its shape, 0 when there is none, -1 when the sample ends inside it. */
function sequenceLength(bytes: Buffer, i: number): number {
  const lead = bytes[i] as number
  const length =
    lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 0
  if (length === 0) return 0
  if (i + length > bytes.length) return -1
  for (let k = 1; k < length; k++) if (((bytes[i + k] as number) & 0xc0) !== 0x80) return 0
  return length
}

function isMostlyUtf8(sample: Buffer): boolean {
  if (isAscii(sample) || isUtf8(sample)) return true
  let valid = 0
  let invalid = 0
  for (let i = 0; i < sample.length; i++) {
    if ((sample[i] as number) < 0x80) continue
    const length = sequenceLength(sample, i)
    if (length < 0) break
    if (length === 0) invalid++
    else {
      valid++
      i += length - 1
    }
  }
  return valid >= invalid
}

const DOUBLE_SAMPLE_BYTES = 256 * 1024
const DOUBLE_LEAST_RUNS = 2
/** European text has its accented letters one by one; Chinese has runs of pairs. */
const DOUBLE_SHARE = 0.8

function looksDoubleByte(sample: Buffer): boolean {
  const length = Math.min(sample.length, DOUBLE_SAMPLE_BYTES)
  let runs = 0
  let pairedRuns = 0
  for (let i = 0; i < length; ) {
    if ((sample[i] as number) < 0x80) {
      i++
      continue
    }
    let end = i
    while (end < length && (sample[end] as number) >= 0x80) end++
    runs++
    if (end - i >= 4 && (end - i) % 2 === 0) pairedRuns++
    i = end
  }
  return runs >= DOUBLE_LEAST_RUNS && pairedRuns >= runs * DOUBLE_SHARE
}
