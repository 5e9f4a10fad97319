import { once } from 'node:events'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { Sink } from './sink.ts'

/** A package that is written file by file; each is on its way to the disk before the next one is asked for. */
export interface ZipWriter {
  /** Adds a file under a name of ours and waits until all of it was read. PDFs are compressed already: `stored`. */
  add(name: string, content: string | Readable, options?: { stored?: boolean }): Promise<void>
  /** Writes the list of contents and waits for the disk. */
  end(): Promise<void>
}

/** Begins a package; all its files are as of `madeAt`. */
export function zipWriter(sink: Sink, madeAt: Date): ZipWriter {
  const zip = new ZipFile()
  let failure: Error | null = null
  let present: Readable | null = null
  const fail = (error: unknown) => {
    failure ??= error instanceof Error ? error : new Error('the archive failed')
    // whoever waits for this file would wait for ever for a disk that takes no more
    present?.destroy(failure)
  }
  zip.on('error', fail)
  zip.outputStream.on('error', fail)
  sink.stream.on('error', fail)
  zip.outputStream.pipe(sink.stream)
  return {
    async add(name, content, { stored = false } = {}) {
      if (failure !== null) throw failure
      const stream = typeof content === 'string' ? Readable.from([Buffer.from(content)]) : content
      present = stream
      zip.addReadStream(stream, name, { mtime: madeAt, compress: !stored, mode: 0o100600 })
      await finished(stream, { writable: false })
      if (failure !== null) throw failure
    },
    async end() {
      zip.end()
      if (!sink.stream.writableFinished && failure === null) await once(sink.stream, 'finish')
      if (failure !== null) throw failure
    },
  }
}
