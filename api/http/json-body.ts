import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { AppError } from '../../shared/errors/app-error.ts'
import { scanJson } from './json-scan.ts'

/** Largest JSON body, bytes, before and after decompression. */
export const MAX_JSON_BYTES = 1024 * 1024

const decoders: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  gzip: (bytes) => promisify(gunzip)(bytes, { maxOutputLength: MAX_JSON_BYTES }),
  deflate: (bytes) => promisify(inflate)(bytes, { maxOutputLength: MAX_JSON_BYTES }),
  br: (bytes) => promisify(brotliDecompress)(bytes, { maxOutputLength: MAX_JSON_BYTES }),
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const tooLarge = () => new AppError('request/too-large', { detail: 'A body may have at most 1 MB.' })
const malformed = (detail: string) => new AppError('request/malformed', { detail })

/** Whether a request says that it carries a body. */
export const hasBody = (req: IncomingMessage): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0

function checkType(req: IncomingMessage): void {
  const [type, ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  const known = charset === undefined || /^charset="?utf-?8"?$/.test(charset)
  if (type?.trim() !== 'application/json' || !known) throw new AppError('request/unsupported-type')
}

function collect(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_JSON_BYTES) reject(tooLarge())
      else chunks.push(chunk)
    })
    req.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    req.once('error', () => reject(new AppError('request/client-gone')))
    req.once('close', () => reject(new AppError('request/client-gone')))
  })
}

async function decompress(bytes: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === 'identity') return bytes
  const decode = decoders[encoding]
  if (decode === undefined) throw new AppError('request/unsupported-type')
  try {
    return await decode(bytes)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : malformed('The body could not be decompressed.')
  }
}

/** NUL and halves of surrogate pairs can only come from escapes; the database would replace or refuse them. */
function hasBadText(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed()
  if (Array.isArray(value)) return value.some(hasBadText)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, member]) => hasBadText(name) || hasBadText(member))
}

function parse(text: string): unknown {
  const fault = scanJson(text)
  if (fault === 'too-deep') throw new AppError('request/too-deep')
  if (fault !== undefined) throw malformed('A name stands twice in one object, or is not allowed.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed('The body is not valid JSON.')
  }
  if (text.includes('\\u') && hasBadText(value))
    throw malformed('The body has text that is not valid Unicode.')
  return value
}

/**
 * Reads a JSON body of at most 1 MB: only `application/json` in UTF-8, at most 20 levels, no name twice, no broken
 * text. Throws 400, 413, 415, 422 as `AppError`; `undefined` when the request has no body.
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  if (!hasBody(req)) return undefined
  checkType(req)
  if (Number(req.headers['content-length'] ?? 0) > MAX_JSON_BYTES) throw tooLarge()
  const bytes = await decompress(await collect(req), req.headers['content-encoding'] ?? 'identity')
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw malformed('The body is not valid UTF-8.')
  }
  return parse(text)
}

const DISCARD_MAX_MS = 5000
const DISCARD_MAX_BYTES = 16 * 1024 * 1024

/**
 * Lets the rest of an unwanted body pass by, so that the client can finish and read the answer (a reset would lose
 * it); cuts the connection when that takes more than 5 s or 16 MB.
 */
export function discardBody(req: IncomingMessage): void {
  const timer = setTimeout(() => req.destroy(), DISCARD_MAX_MS)
  let bytes = 0
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > DISCARD_MAX_BYTES) req.destroy()
  })
  req.once('close', () => clearTimeout(timer))
  req.once('end', () => clearTimeout(timer))
  req.resume()
}
