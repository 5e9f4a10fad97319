import { pipeline, type Readable, Transform } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { AppError } from '../../errors/app-error.ts'
import {
  MAX_PART_BYTES,
  MAX_UNPACKED_BYTES,
  MAX_ZIP_ENTRIES,
  MAX_ZIP_RATIO,
  RATIO_FREE_BYTES,
} from './limits.ts'

/** The files of an archive, looked through before any of them is unpacked. */
export interface Archive {
  has(name: string): boolean
  names(): string[]
  /** Unpacked bytes of all files, as the archive says; none can give more. */
  unpackedBytes: number
  /** Throws `import/broken-file` when there is no such file. */
  open(name: string): Promise<Readable>
  /** A small file as text; null when there is none. */
  text(name: string): Promise<string | null>
  close(): void
}

/** Unpacked at a time: each piece costs a trip to another thread. */
const PIECE_BYTES = 256 * 1024
const STORED = 0
const DEFLATED = 8

/** What is wrong with the file as an archive. */
export const damaged = (what: string) => new AppError('import/broken-file', { detail: what })
const tooMuch = (what: string) => new AppError('import/too-much-inside', { detail: what })

const CUT_OFF = 'The file is cut off or damaged: the list of contents at its end cannot be read.'

/**
 * Opens an archive after looking through its list of contents: number of files, sizes, ratios, names, passwords.
 * Throws `import/broken-file`, `import/too-much-inside` or `import/protected-file`.
 */
export async function openArchive(path: string): Promise<Archive> {
  const zip = await openPromise(path, {
    autoClose: false,
    lazyEntries: true,
    validateEntrySizes: true,
  }).catch(() => {
    throw damaged(CUT_OFF)
  })
  try {
    const entries = await listEntries(zip)
    return archiveOf(zip, entries)
  } catch (error) {
    zip.close()
    throw error
  }
}

async function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MAX_ZIP_ENTRIES) throw tooMuch(`It holds ${zip.entryCount} files.`)
  const entries = new Map<string, Entry>()
  let unpacked = 0
  let packed = 0
  try {
    for await (const entry of zip.eachEntry()) {
      checkEntry(entry)
      const name = entry.fileName.toLowerCase()
      if (entries.has(name)) throw damaged('The archive holds two files of the same name.')
      if (entries.size >= MAX_ZIP_ENTRIES) throw tooMuch(`It holds more than ${MAX_ZIP_ENTRIES} files.`)
      unpacked += entry.uncompressedSize
      packed += entry.compressedSize
      entries.set(name, entry)
    }
  } catch (error) {
    throw error instanceof AppError ? error : damaged(CUT_OFF)
  }
  if (unpacked > MAX_UNPACKED_BYTES) throw tooMuch(`It unpacks to ${megabytes(unpacked)} MB.`)
  if (packed > zip.fileSize) throw damaged('The files of the archive overlap.')
  return entries
}

function checkEntry(entry: Entry): void {
  if (entry.isEncrypted()) throw new AppError('import/protected-file')
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    throw damaged('The archive is packed in a way that workbooks are not.')
  const { compressedSize, uncompressedSize } = entry
  if (uncompressedSize > RATIO_FREE_BYTES && uncompressedSize > compressedSize * MAX_ZIP_RATIO)
    throw tooMuch(
      `A part of it unpacks from ${megabytes(compressedSize)} to ${megabytes(uncompressedSize)} MB.`,
    )
}

const megabytes = (bytes: number): string => String(Math.ceil(bytes / 1024 / 1024))

/** The unpacked bytes of a file, which fail when they are more or less than the list of contents says. */
async function unpack(zip: ZipFile, entry: Entry): Promise<Readable> {
  const raw = { decodeFileData: false }
  const packed = await zip.openReadStreamPromise(entry, raw).catch(() => {
    throw damaged(CUT_OFF)
  })
  let left = entry.uncompressedSize
  const counted = new Transform({
    highWaterMark: PIECE_BYTES,
    transform(piece: Buffer, _encoding, done) {
      left -= piece.length
      done(left < 0 ? new Error('more than said') : null, piece)
    },
    flush: (done) => done(left === 0 ? null : new Error('less than said')),
  })
  const unpacking = entry.compressionMethod === STORED ? [] : [createInflateRaw({ chunkSize: PIECE_BYTES })]
  // whoever reads it is told of a fault by the stream itself
  return pipeline([packed, ...unpacking, counted], () => undefined) as Transform
}

function archiveOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>): Archive {
  const open = async (name: string): Promise<Readable> => {
    const entry = entries.get(name.toLowerCase())
    if (entry === undefined) throw damaged(`The workbook has no part ${name.slice(0, 100)}.`)
    return unpack(zip, entry)
  }
  return {
    has: (name) => entries.has(name.toLowerCase()),
    names: () => [...entries.keys()],
    unpackedBytes: [...entries.values()].reduce((sum, entry) => sum + entry.uncompressedSize, 0),
    open,
    async text(name) {
      const entry = entries.get(name.toLowerCase())
      if (entry === undefined) return null
      if (entry.uncompressedSize > MAX_PART_BYTES) throw tooMuch('Its list of sheets or formats is too long.')
      const parts: Buffer[] = []
      try {
        for await (const part of await open(name)) parts.push(part as Buffer)
      } catch (error) {
        throw error instanceof AppError ? error : damaged('A part of the workbook cannot be unpacked.')
      }
      return Buffer.concat(parts).toString('utf8')
    },
    close: () => zip.close(),
  }
}
