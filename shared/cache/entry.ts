import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A finished answer: the bytes that go over the wire and their strong ETag. */
export interface Finished {
  json: Buffer
  /** With its quotes. */
  etag: string
}

const FORMAT = '1'
const ETAG_CHARS = 22
const CRC_CHARS = 8
/** `1 <crc32> <etag>\n` before the JSON; another format number makes every older entry a miss. */
const HEADER_BYTES = FORMAT.length + 1 + CRC_CHARS + 1 + ETAG_CHARS + 1

const checksum = (json: Buffer): string => crc32(json).toString(16).padStart(CRC_CHARS, '0')

/** Turns a value into the bytes of its answer. */
export function finish(value: unknown): Finished {
  const json = Buffer.from(JSON.stringify(value))
  return { json, etag: `"${hash('sha1', json, 'base64url').slice(0, ETAG_CHARS)}"` }
}

/** The entry as the cache keeps it. */
export function encode(answer: Finished): Buffer {
  const header = `${FORMAT} ${checksum(answer.json)} ${answer.etag.slice(1, -1)}\n`
  return Buffer.concat([Buffer.from(header, 'latin1'), answer.json])
}

/** The first bytes of an entry. They name its content: the same header never stands before other bytes of ours. */
export const headerOf = (entry: Buffer): string => entry.toString('latin1', 0, HEADER_BYTES)

/** The answer in an entry, or null when it is not one of ours, cut short or damaged. The JSON is not copied. */
export function decode(entry: Buffer): Finished | null {
  if (entry.length <= HEADER_BYTES) return null
  const header = headerOf(entry)
  if (!header.startsWith(`${FORMAT} `) || !header.endsWith('\n')) return null
  const json = entry.subarray(HEADER_BYTES)
  const crcEnd = FORMAT.length + 1 + CRC_CHARS
  if (header.slice(FORMAT.length + 1, crcEnd) !== checksum(json)) return null
  return { json, etag: `"${header.slice(crcEnd + 1, -1)}"` }
}
