/** Beginnings of files that are no text, with what to call them. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['504b0304', 'a ZIP archive or an Excel workbook (.xlsx)'],
  ['504b0506', 'an empty ZIP archive'],
  ['d0cf11e0a1b11ae1', 'an old Office document (.xls or .doc)'],
  ['1f8b', 'a gzip archive'],
  ['425a68', 'a bzip2 archive'],
  ['fd377a585a00', 'an xz archive'],
  ['28b52ffd', 'a Zstandard archive'],
  ['377abcaf271c', 'a 7-Zip archive'],
  ['526172211a07', 'a RAR archive'],
  ['25504446', 'a PDF document'],
  ['89504e47', 'a PNG picture'],
  ['ffd8ff', 'a JPEG picture'],
  ['474946383', 'a GIF picture'],
  ['49492a00', 'a TIFF picture'],
  ['4d4d002a', 'a TIFF picture'],
  ['7f454c46', 'a program'],
  ['53514c69746520666f726d6174', 'a SQLite database'],
  ['7b5c727466', 'an RTF document'],
]

const MARKUP = /^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|workbook)/i
const JSON_TEXT = /^(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[[{"\]])/
const LOOK_BYTES = 4096
/** Share of control characters from which bytes are no text in any encoding. */
const BINARY_SHARE = 0.2
const BINARY_LEAST = 3

/** What a file is by its content when it is no delimited text, in words for a person; null when it may be one. */
export function nameContent(sample: Buffer): string | null {
  const head = sample.toString('hex', 0, 16)
  const signature = SIGNATURES.find(([mark]) => head.startsWith(mark))
  if (signature) return signature[1]
  const text = sample.toString('latin1', 0, LOOK_BYTES)
  if (MARKUP.test(text)) return 'a web page or XML document'
  return JSON_TEXT.test(text) ? 'JSON' : null
}

/** Whether the bytes are no text: many control characters other than tabs, line ends and the like. */
export function looksBinary(sample: Buffer): boolean {
  const length = Math.min(sample.length, LOOK_BYTES)
  let controls = 0
  for (let i = 0; i < length; i++) {
    const byte = sample[i] as number
    if (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d)) controls++
  }
  return controls >= BINARY_LEAST && controls >= length * BINARY_SHARE
}
