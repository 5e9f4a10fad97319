import { open, rename, rm } from 'node:fs/promises'
import iconv from 'iconv-lite'
import { findEncoding } from './encoding.ts'
import type { Encoding } from './schema.ts'

export interface StageOptions {
  encoding: Encoding
  signal?: AbortSignal
  /** Told after every block; `done` and `total` are bytes of the source. */
  onProgress?: (done: number, total: number) => void
}

const BLOCK_BYTES = 256 * 1024
const MARK_BYTES = 4
/** A byte that is nowhere valid in UTF-8: stands for what could not be decoded, so the reader refuses that row. */
const UNDECODABLE = Buffer.from([0xff])

/**
 * Turns a file into UTF-8 at `target` and nothing else, so that rows and physical lines stay what they are, and answers
 * the path to read: the source itself when it is UTF-8 already. Done again from the start after a crash; `target`
 * appears only when complete. Memory: one block.
 */
export async function stageFile(source: string, target: string, options: StageOptions): Promise<string> {
  if (options.encoding === 'utf-8') return source
  const part = `${target}.part`
  const from = await open(source, 'r')
  try {
    const to = await open(part, 'w')
    try {
      await recode(from, to, options)
      await to.sync()
    } finally {
      await to.close()
    }
    await rename(part, target)
    return target
  } catch (error) {
    await rm(part, { force: true })
    throw error
  } finally {
    await from.close()
  }
}

type File = Awaited<ReturnType<typeof open>>

async function recode(from: File, to: File, { encoding, signal, onProgress }: StageOptions): Promise<void> {
  const { size } = await from.stat()
  const block = Buffer.allocUnsafe(BLOCK_BYTES)
  const { bytesRead: markRead } = await from.read(block, 0, MARK_BYTES, 0)
  let done = findEncoding(block.subarray(0, markRead), encoding).bomBytes
  const decoder = iconv.getDecoder(encoding, { stripBOM: false })
  let carry = ''
  for (;;) {
    signal?.throwIfAborted()
    const { bytesRead } = await from.read(block, 0, block.length, done)
    let text = carry + (bytesRead === 0 ? (decoder.end() ?? '') : decoder.write(block.subarray(0, bytesRead)))
    carry = ''
    if (bytesRead > 0 && isHighSurrogate(text.charCodeAt(text.length - 1))) {
      carry = text.slice(-1)
      text = text.slice(0, -1)
    }
    if (text !== '') await to.writeFile(encodeUtf8(text))
    if (bytesRead === 0) return
    done += bytesRead
    onProgress?.(done, size)
  }
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** UTF-8 of a decoded text, with a byte that is invalid everywhere where decoding failed. */
export function encodeUtf8(text: string): Buffer {
  const whole = text.toWellFormed()
  if (!whole.includes('\ufffd')) return Buffer.from(whole)
  return Buffer.concat(
    whole
      .split('\ufffd')
      .flatMap((part, i) => (i === 0 ? [Buffer.from(part)] : [UNDECODABLE, Buffer.from(part)])),
  )
}
