import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type FileHandle, open } from 'node:fs/promises'
import { Writable } from 'node:stream'

/** Bytes that wait for the disk at most. */
const BUFFERED_BYTES = 1024 * 1024

/** A file that is being written; what it is becomes known while it is. */
export interface Sink {
  readonly stream: Writable
  /** Writes a piece and waits while the disk is behind. */
  write(piece: string | Buffer): Promise<void>
  /** Closes the file when all of it is on the disk, and says how long it is and its SHA-256 in hex. */
  finish(): Promise<{ bytes: number; sha256: string }>
  /** Closes the file wherever it is. */
  abandon(): Promise<void>
}

/** Opens a file for writing from its beginning; it may not exist yet. Readable by this account alone. */
export async function openSink(path: string): Promise<Sink> {
  const handle: FileHandle = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  const put = async (piece: Buffer) => {
    hash.update(piece)
    bytes += piece.length
    for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten
  }
  const stream = new Writable({
    highWaterMark: BUFFERED_BYTES,
    decodeStrings: true,
    write: (piece: Buffer, _encoding, done) => void put(piece).then(() => done(), done),
    writev: (pieces, done) =>
      void put(Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer))).then(() => done(), done),
    final: (done) => void handle.sync().then(() => done(), done),
  })
  let failure: Error | null = null
  stream.on('error', (error) => {
    failure = error
  })
  let closed: Promise<void> | null = null
  const close = () => {
    closed ??= handle.close()
    return closed
  }
  return {
    stream,
    async write(piece) {
      if (failure !== null) throw failure
      if (!stream.write(piece)) await once(stream, 'drain')
    },
    async finish() {
      if (failure !== null) throw failure
      if (!stream.writableFinished) {
        const finished = once(stream, 'finish')
        if (!stream.writableEnded) stream.end()
        await finished
      }
      await close()
      return { bytes, sha256: hash.digest('hex') }
    },
    async abandon() {
      if (!stream.destroyed) stream.destroy()
      await close().catch(() => undefined)
    },
  }
}
