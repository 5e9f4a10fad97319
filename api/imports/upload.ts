import { createHash } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
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
      await handle.write(chunk)
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

/**
 * Receives a multipart upload: fields first, then one part `file`, streamed to disk and never held in memory. Nothing
 * stays of an upload that is refused, too large, cut off or given up.
 */
export async function receiveUpload(req: IncomingMessage, options: ReceiveOptions): Promise<Received> {
  const parser = openParser(req, options.maxBytes)
  await mkdir(options.dir, { recursive: true, mode: 0o700 })
  const part = join(options.dir, `${newId()}.part`)
  const fields: Record<string, string> = {}
  let storing: Promise<ReceivedFile> | undefined
  let fault: unknown

  const refuse = (error: unknown, stream?: Readable) => {
    fault ??= error
    stream?.resume()
  }
  parser.on('field', (name, value, _nameTruncated, valueTruncated) => {
    if (valueTruncated)
      refuse(new AppError('request/too-large', { detail: `The field ${name} is too long.` }))
    fields[name] = value
  })
  parser.on('fieldsLimit', () => refuse(malformed('There are too many fields.')))
  parser.on('filesLimit', () => refuse(malformed('Only one file may be sent.')))
  parser.on('file', (name: string, stream: BusboyFileStream, filename: string) => {
    if (name !== 'file' || fault !== undefined)
      return refuse(malformed('The file must come in a part named file.'), stream)
    try {
      options.check(fields)
    } catch (error) {
      return refuse(error, stream)
    }
    storing = store(stream, part).then((stored) => {
      if (stream.truncated)
        throw new AppError('request/too-large', { detail: 'The file is larger than allowed.' })
      return { ...stored, path: part, name: safeName(filename) }
    })
    storing.catch((error) => refuse(error, stream))
  })

  try {
    await pipeline(req, parser, { signal: options.signal })
    const file = await storing
    if (fault !== undefined) throw fault
    if (file === undefined) throw malformed('There is no part named file.')
    const path = part.slice(0, -'.part'.length)
    await rename(part, path)
    return { fields, file: { ...file, path } }
  } catch (error) {
    await storing?.catch(() => undefined)
    await rm(part, { force: true })
    throw asOurs(fault ?? error, options.signal)
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
