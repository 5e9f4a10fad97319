import { createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../shared/errors/app-error.ts'

const BLOCK = 512
const NAME_BYTES = 100
const SIZE_AT = 124
const SIZE_BYTES = 12
const SUM_AT = 148
const OCTAL_LIMIT = 8 ** 11
const READ_BYTES = 256 * 1024

/** A file for an archive: its name there and where it lies, or its bytes. */
export type Entry = { name: string } & ({ path: string } | { bytes: Buffer })

const octal = (n: number, bytes: number) => `${n.toString(8).padStart(bytes - 1, '0')}\0`

function headerOf(name: string, size: number): Buffer {
  const head = Buffer.alloc(BLOCK)
  if (Buffer.byteLength(name) > NAME_BYTES) throw new Error('A file has a name too long for the archive')
  head.write(name, 0)
  head.write(octal(0o600, 8), 100)
  head.write(octal(0, 8), 108)
  head.write(octal(0, 8), 116)
  if (size < OCTAL_LIMIT) head.write(octal(size, SIZE_BYTES), SIZE_AT)
  else {
    // GNU's form for what octal cannot hold: the top bit set, then the number itself
    head[SIZE_AT] = 0x80
    head.writeBigUInt64BE(BigInt(size), SIZE_AT + SIZE_BYTES - 8)
  }
  head.write(octal(0, SIZE_BYTES), 136)
  head.write('        ', SUM_AT)
  head.write('0', 156)
  head.write('ustar\u000000', 257)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, SUM_AT)
  return head
}

const padding = (size: number) => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)

async function* contentOf(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(READ_BYTES, size - at)), 0, null, at)
    // a file that became shorter meanwhile keeps its length in the archive, so that the rest stays readable
    yield bytesRead === 0 ? Buffer.alloc(Math.min(READ_BYTES, size - at)) : buffer.subarray(0, bytesRead)
    at += bytesRead === 0 ? Math.min(READ_BYTES, size - at) : bytesRead
  }
}

/** The entries as a tar archive (ustar), any size in constant memory. A file that is gone meanwhile is left out. */
export async function* tarOf(entries: Iterable<Entry>): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    if ('bytes' in entry) {
      yield headerOf(entry.name, entry.bytes.length)
      yield entry.bytes
      yield padding(entry.bytes.length)
      continue
    }
    const file = await open(entry.path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (file === null) continue
    try {
      const { size } = await file.stat()
      yield headerOf(entry.name, size)
      yield* contentOf(file, size)
      yield padding(size)
    } finally {
      await file.close()
    }
  }
  yield Buffer.alloc(2 * BLOCK)
}

/** A file of an archive as it is read; `content` must be read to its end before the next one. */
export interface Found {
  name: string
  size: number
  content: AsyncGenerator<Buffer>
}

const damaged = () => new AppError('backup/damaged', { detail: 'An archive in it cannot be read.' })

function sizeOf(head: Buffer): number {
  if (head[SIZE_AT] === 0x80) return Number(head.readBigUInt64BE(SIZE_AT + SIZE_BYTES - 8))
  const size = Number.parseInt(head.subarray(SIZE_AT, SIZE_AT + SIZE_BYTES - 1).toString('latin1'), 8)
  if (!Number.isSafeInteger(size) || size < 0) throw damaged()
  return size
}

/** Reads an archive of {@link tarOf}. Throws `backup/damaged` for anything else. */
export async function* untar(source: AsyncIterable<Buffer>): AsyncGenerator<Found> {
  const chunks = source[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  async function* take(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0; ) {
      if (held.length === 0) {
        const next = await chunks.next()
        if (next.done) throw damaged()
        held = next.value
      }
      const part = held.subarray(0, left)
      held = held.subarray(part.length)
      left -= part.length
      yield part
    }
  }
  const whole = async (bytes: number) => {
    const parts: Buffer[] = []
    for await (const part of take(bytes)) parts.push(part)
    return Buffer.concat(parts)
  }
  for (;;) {
    const head = await whole(BLOCK)
    if (head.every((byte) => byte === 0)) break
    const size = sizeOf(head)
    const name = head.subarray(0, NAME_BYTES).toString('utf8').replace(/\0.*$/s, '')
    yield { name, size, content: take(size) }
    await whole(padding(size).length)
  }
  for (let more = await chunks.next(); !more.done; more = await chunks.next()) {
    // read to the end: only there is it known that nothing was cut off or changed
  }
}

/** Writes the files of an archive below a folder; names that lead out of it are refused. Answers how many. */
export async function unpack(archive: AsyncIterable<Buffer>, dir: string): Promise<number> {
  let files = 0
  for await (const { name, content } of untar(archive)) {
    const path = normalize(join(dir, name))
    if (!path.startsWith(`${normalize(dir)}/`)) throw damaged()
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await pipeline(Readable.from(content), createWriteStream(path, { mode: 0o600, flush: true }))
    files++
  }
  return files
}
