import { createHash } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { isDiskFull } from '../../shared/db/errors.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { newId } from '../../shared/units/ids.ts'

/** A file received whole and safely on disk under a name of ours. */
export interface ReceivedFile {
  path: string
  /** The sender's name for it, without folders and control characters. */
  name: string
  bytes: number
  sha256: string
}

export interface Received {
  fields: Record<string, string>
  file: ReceivedFile
}

export interface ReceiveOptions {
  dir: string
  maxBytes: number
  signal: AbortSignal
  /** Told the fields before the first byte of the file is kept; throws to refuse it. */
  check(fields: Record<string, string>): void
}

const MAX_FIELD_BYTES = 64 * 1024
const MAX_FIELDS = 8
const MAX_NAME_CHARS = 200
/** Written through to the disk in steps, so that the last byte is followed by a short wait, not by a gigabyte's. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024
const UNPRINTABLE = /[\p{Cc}\p{Cf}"\\/]/gu

const safeName = (name: string | undefined): string =>
  basename((name ?? '').toWellFormed().replaceAll('\\', '/'))
    .replace(UNPRINTABLE, '_')
    .slice(0, MAX_NAME_CHARS) || 'file'

async function store(file: Readable, path: string): Promise<{ bytes: number; sha256: string }> {
  const handle = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  let unsynced = 0
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      hash.update(chunk)
      // not `write`, which may take a part only
      await handle.writeFile(chunk)
      bytes += chunk.length
      unsynced += chunk.length
      if (unsynced < SYNC_EVERY_BYTES) continue
      unsynced = 0
      await handle.datasync()
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

const malformed = (detail: string) => new AppError('request/malformed', { detail })
const tooLarge = () => new AppError('request/too-large', { detail: 'The file is larger than allowed.' })

function openParser(req: IncomingMessage, maxBytes: number): BusboyInstance {
  const contentType = req.headers['content-type'] ?? ''
  if (!/^multipart\/form-data\s*;/i.test(contentType)) throw new AppError('request/unsupported-type')
  try {
    return new Busboy({
      headers: { ...req.headers, 'content-type': contentType },
      limits: {
        files: 1,
        fields: MAX_FIELDS,
        fieldSize: MAX_FIELD_BYTES,
        fieldNameSize: 100,
        fileSize: maxBytes,
      },
    })
  } catch {
    throw malformed('The multipart body has no boundary.')
  }
}

/** Refuses at once what says of itself that it is too large; the fields and the heads of parts are beside the file. */
function checkLength(req: IncomingMessage, maxBytes: number): void {
  const length = Number(req.headers['content-length'] ?? 0)
  if (length > maxBytes + MAX_FIELDS * MAX_FIELD_BYTES) throw tooLarge()
}

/**
 * Receives a multipart upload: fields first, then one part `file`, streamed to disk and never held in memory. What is
 * refused is refused as soon as it is known, not after the last byte; nothing stays of an upload that is refused, too
 * large, cut off or given up. `req` itself stays open for the answer.
 */
export async function receiveUpload(req: IncomingMessage, options: ReceiveOptions): Promise<Received> {
  const { signal } = options
  const parser = openParser(req, options.maxBytes)
  checkLength(req, options.maxBytes)
  await mkdir(options.dir, { recursive: true, mode: 0o700 })
  const part = join(options.dir, `${newId()}.part`)
  // without a prototype, a field named __proto__ is a field like any other and gets refused like one
  const fields: Record<string, string> = Object.create(null)
  let stream: BusboyFileStream | undefined
  let storing: Promise<ReceivedFile> | undefined
  let giveUp: () => void = () => undefined

  const parsed = new Promise<void>((resolve, reject) => {
    giveUp = () => reject(signal.reason)
    signal.addEventListener('abort', giveUp)
    req.once('error', reject)
    req.once('close', () => req.complete || reject(malformed('The upload was cut off.')))
    parser.once('error', reject)
    parser.once('finish', resolve)
    parser.on('fieldsLimit', () => reject(malformed('There are too many fields.')))
    parser.on('filesLimit', () => reject(malformed('Only one file may be sent.')))
    parser.on('field', (name, value, _nameTruncated, valueTruncated) => {
      if (stream !== undefined) return reject(malformed('The fields must come before the file.'))
      if (valueTruncated)
        return reject(new AppError('request/too-large', { detail: `The field ${name} is too long.` }))
      if (name in fields) return reject(malformed('A field may come only once.'))
      fields[name] = value
    })
    parser.on('file', (name: string, file: BusboyFileStream, filename: string) => {
      stream = file
      // whoever reads it is told as well, and knows better why it ended
      file.on('error', () => undefined)
      file.once('limit', () => reject(tooLarge()))
      try {
        if (name !== 'file') throw malformed('The file must come in a part named file.')
        options.check(fields)
      } catch (error) {
        return reject(error)
      }
      storing = store(file, part).then((stored) => ({ ...stored, path: part, name: safeName(filename) }))
      storing.catch(reject)
    })
    if (signal.aborted) giveUp()
    else if (req.destroyed && !req.complete) reject(malformed('The upload was cut off.'))
    else req.pipe(parser)
  })

  try {
    await parsed
    const file = await storing
    if (file === undefined) throw malformed('There is no part named file.')
    const path = part.slice(0, -'.part'.length)
    await rename(part, path)
    return { fields, file: { ...file, path } }
  } catch (error) {
    req.unpipe(parser)
    stream?.destroy()
    parser.destroy()
    await storing?.catch(() => undefined)
    await rm(part, { force: true })
    throw asOurs(error, signal)
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

function asOurs(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted && signal.reason instanceof AppError) return signal.reason
  if (error instanceof AppError) return error
  if (isDiskFull(error)) return new AppError('unavailable/disk-full', { retryAfterS: 60, cause: error })
  if (error instanceof Error && /unexpected end|multipart|premature/i.test(error.message)) {
    return malformed('The upload was cut off or is no proper multipart body.')
  }
  return error
}
