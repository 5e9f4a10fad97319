import { open } from 'node:fs/promises'

/** One line of a file without its line end. `bytes` is null when it is longer than allowed. */
export interface FileLine {
  number: number
  bytes: Buffer | null
  /** No line end follows: it is the last one, whole or cut off. */
  isLast: boolean
}

const BLOCK_BYTES = 256 * 1024
const LF = 10
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** The lines of a file (LF; a CR before it stays), longer ones than `maxBytes` without their bytes. Memory: one line. */
export async function* readLines(path: string, maxBytes: number): AsyncGenerator<FileLine, void> {
  const file = await open(path, 'r')
  try {
    let number = 1
    let parts: Buffer[] = []
    let length = 0
    const take = (bytes: Buffer) => {
      length += bytes.length
      if (length > maxBytes) parts = []
      else if (bytes.length > 0) parts.push(bytes)
    }
    const line = (isLast: boolean): FileLine => {
      const bytes =
        length > maxBytes ? null : parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
      parts = []
      length = 0
      return { number: number++, bytes, isLast }
    }
    for (let position = 0; ; ) {
      const block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
      const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, position)
      if (bytesRead === 0) break
      let from = position === 0 && block.indexOf(BOM) === 0 ? BOM.length : 0
      position += bytesRead
      const view = block.subarray(0, bytesRead)
      for (let end = view.indexOf(LF, from); end >= 0; end = view.indexOf(LF, from)) {
        take(view.subarray(from, end))
        yield line(false)
        from = end + 1
      }
      take(view.subarray(from))
    }
    if (length > 0) yield line(true)
  } finally {
    await file.close()
  }
}
