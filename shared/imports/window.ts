import { MAX_RECORD_BYTES } from './scanner.ts'

const WINDOW_BYTES = 512 * 1024
const LARGE_WINDOW_BYTES = MAX_RECORD_BYTES + WINDOW_BYTES
const LF = 10
const CR = 13

/** Where bytes come from: a file handle, or bytes in memory. */
export interface ByteSource {
  read(target: Buffer, at: number, length: number, position: number): Promise<{ bytesRead: number }>
  close(): Promise<void>
}

/** Bytes in memory as a source, for the beginning of a file that had to be decoded first. */
export function bytesSource(bytes: Buffer): ByteSource {
  return {
    read: async (target, at, length, position) => ({
      bytesRead: bytes.copy(target, at, position, position + length),
    }),
    close: async () => {},
  }
}

/** A window of bytes that slides over a file; grows once, when a record is longer than it. */
export class Window {
  readonly #file: ByteSource
  bytes = Buffer.allocUnsafe(WINDOW_BYTES + 1)
  at = 0
  end = 0
  /** File offset of the window's first byte. */
  base: number
  isLast = false

  constructor(file: ByteSource, offset: number) {
    this.#file = file
    this.base = offset
  }

  /** Drops what lies before `at` and reads on until the window is full or the file ends. */
  async refill(): Promise<void> {
    const rest = this.end - this.at
    const isFull = rest > 0 && rest >= this.bytes.length - 1
    const next = isFull ? Buffer.allocUnsafe(LARGE_WINDOW_BYTES + 1) : this.bytes
    this.bytes.copy(next, 0, this.at, this.end)
    this.bytes = next
    this.base += this.at
    this.at = 0
    this.end = rest
    while (this.end < next.length - 1) {
      const { bytesRead } = await this.#file.read(
        next,
        this.end,
        next.length - 1 - this.end,
        this.base + this.end,
      )
      if (bytesRead === 0) {
        this.isLast = true
        return
      }
      this.end += bytesRead
    }
  }

  get offset(): number {
    return this.base + this.at
  }

  /** Skips to behind the next line end without keeping what it passes. */
  async skipLine(): Promise<void> {
    for (;;) {
      const view = this.bytes.subarray(this.at, this.end)
      const lf = view.indexOf(LF)
      const cr = view.subarray(0, lf < 0 ? view.length : lf).indexOf(CR)
      const found = cr >= 0 ? cr : lf
      if (found >= 0 && (found !== cr || found + 1 < view.length || this.isLast)) {
        this.at += found + (found === cr && view[found + 1] === LF ? 2 : 1)
        return
      }
      this.at = found >= 0 ? this.at + found : this.end
      if (this.isLast) return
      await this.refill()
    }
  }
}
