const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const COLOUR_AT = 25
const INTERLACED_AT = 28
const CHUNKS_AT = 33
const CHUNK_FRAME = 12
/** Grey, RGB and palette; the others carry transparency. */
const PLAIN_COLOURS = [0, 2, 3]

const chunkNames = (bytes: Buffer): string[] => {
  const names: string[] = []
  for (let at = CHUNKS_AT; at + CHUNK_FRAME <= bytes.length; at += bytes.readUInt32BE(at) + CHUNK_FRAME)
    names.push(bytes.toString('latin1', at + 4, at + 8))
  return names
}

function isPlainPng(bytes: Buffer): boolean {
  if (!bytes.subarray(0, PNG.length).equals(PNG) || bytes.length < CHUNKS_AT) return false
  const names = chunkNames(bytes)
  const isPlain = PLAIN_COLOURS.includes(bytes[COLOUR_AT] ?? -1) && bytes[INTERLACED_AT] === 0
  return isPlain && !names.includes('tRNS') && names.includes('IDAT') && names.at(-1) === 'IEND'
}

const SOI = 0xffd8
const FRAMES = new Set([0xffc0, 0xffc1, 0xffc2])

function isJpeg(bytes: Buffer): boolean {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== SOI) return false
  for (let at = 2; at + 4 <= bytes.length; at += 2 + bytes.readUInt16BE(at + 2))
    if (FRAMES.has(bytes.readUInt16BE(at))) return at + 10 <= bytes.length
  return false
}

/**
 * Whether base64 text is an image that goes into a document as it is: a JPEG, or a PNG without transparency and
 * interlacing. Others would be unpacked first, where a broken one ends the process.
 */
export const isPrintableImage = (base64: string): boolean => printableTypeOf(base64) !== null

/** What kind of printable image base64 text is; null when it is none. */
export function printableTypeOf(base64: string): 'image/png' | 'image/jpeg' | null {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) return null
  if (isPlainPng(bytes)) return 'image/png'
  return isJpeg(bytes) ? 'image/jpeg' : null
}
