import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { plainText } from './cell-value.ts'
import { MAX_TEXTS_IN_MEMORY, MAX_TEXTS_IN_MEMORY_CHARS } from './limits.ts'
import { TextCollector } from './text-collector.ts'
import { ENOUGH, readXml } from './xml.ts'
import type { Archive } from './zip.ts'

const OFFSET_BYTES = 8
const BLOCK_BYTES = 16 * 1024
/** Blocks of the file kept in memory: 8 MB of texts and 2 MB of their places. */
const TEXT_BLOCKS = 512
const PLACE_BLOCKS = 128
const WRITE_BYTES = 256 * 1024
/** Most bytes of UTF-8 for a unit of a string. */
const BYTES_A_CHAR = 3

/** A file of ours that is written once and then read here and there, a few blocks of it in memory. */
class BlockFile {
  readonly #fd: number
  readonly #blocks = new Map<number, Buffer>()
  readonly #maxBlocks: number
  #buffer = Buffer.allocUnsafeSlow(WRITE_BYTES)
  #at = 0
  size = 0

  constructor(path: string, maxBlocks: number) {
    this.#fd = openSync(path, 'w+', 0o600)
    // nothing is left behind, however the process ends
    unlinkSync(path)
    this.#maxBlocks = maxBlocks
  }

  addText(text: string): void {
    const most = text.length * BYTES_A_CHAR
    if (most > WRITE_BYTES - this.#at) this.flush()
    if (most > WRITE_BYTES) {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; )
        at += writeSync(this.#fd, bytes, at, bytes.length - at, this.size + at)
      this.size += bytes.length
      return
    }
    const wrote = this.#buffer.write(text, this.#at)
    this.#at += wrote
    this.size += wrote
  }

  addNumber(value: number): void {
    if (OFFSET_BYTES > WRITE_BYTES - this.#at) this.flush()
    this.#at = this.#buffer.writeDoubleLE(value, this.#at)
    this.size += OFFSET_BYTES
  }

  flush(): void {
    let at = 0
    while (at < this.#at)
      at += writeSync(this.#fd, this.#buffer, at, this.#at - at, this.size - this.#at + at)
    this.#at = 0
  }

  #block(number: number): Buffer {
    const held = this.#blocks.get(number)
    if (held !== undefined) return held
    // the oldest goes: texts are asked for about in the order in which they were written
    const oldest = this.#blocks.size >= this.#maxBlocks ? this.#blocks.keys().next().value : undefined
    const block =
      oldest === undefined ? Buffer.allocUnsafeSlow(BLOCK_BYTES) : (this.#blocks.get(oldest) as Buffer)
    if (oldest !== undefined) this.#blocks.delete(oldest)
    readSync(this.#fd, block, 0, BLOCK_BYTES, number * BLOCK_BYTES)
    this.#blocks.set(number, block)
    return block
  }

  text(from: number, to: number): string {
    const number = Math.floor(from / BLOCK_BYTES)
    const start = from - number * BLOCK_BYTES
    if (to - number * BLOCK_BYTES <= BLOCK_BYTES)
      return this.#block(number).toString('utf8', start, start + to - from)
    const whole = Buffer.allocUnsafe(to - from)
    readSync(this.#fd, whole, 0, whole.length, from)
    return whole.toString('utf8')
  }

  number(at: number): number {
    const number = Math.floor(at / BLOCK_BYTES)
    return this.#block(number).readDoubleLE(at - number * BLOCK_BYTES)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** Texts by number: the first ones in memory, the rest in files of a folder given, so that memory stays flat. */
export class SharedTexts {
  readonly #held: string[] = []
  readonly #dir: string
  #heldChars = 0
  #spill: { texts: BlockFile; places: BlockFile } | null = null
  #count = 0

  constructor(dir: string) {
    this.#dir = dir
  }

  get count(): number {
    return this.#count
  }

  add(text: string): void {
    this.#count++
    if (
      this.#spill === null &&
      this.#held.length < MAX_TEXTS_IN_MEMORY &&
      this.#heldChars + text.length <= MAX_TEXTS_IN_MEMORY_CHARS
    ) {
      // a copy: what the parser hands out would keep the whole piece of the file that it was cut from
      this.#held.push(Buffer.from(text).toString())
      this.#heldChars += text.length
      return
    }
    this.#spill ??= {
      texts: new BlockFile(`${this.#dir}/.texts-${process.pid}`, TEXT_BLOCKS),
      places: new BlockFile(`${this.#dir}/.places-${process.pid}`, PLACE_BLOCKS),
    }
    const { texts, places } = this.#spill
    texts.addText(text)
    places.addNumber(texts.size)
  }

  /** After the last `add`. */
  finish(): void {
    this.#spill?.texts.flush()
    this.#spill?.places.flush()
  }

  /** The text of that number; undefined when there is none. */
  get(index: number): string | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) return undefined
    const at = index - this.#held.length
    if (at < 0 || this.#spill === null) return this.#held[index]
    const { texts, places } = this.#spill
    const from = at === 0 ? 0 : places.number((at - 1) * OFFSET_BYTES)
    return texts.text(from, places.number(at * OFFSET_BYTES))
  }

  close(): void {
    this.#spill?.texts.close()
    this.#spill?.places.close()
  }
}

/** Reads the shared texts of a workbook, up to number `most`, and tells them one by one. */
export async function readSharedTexts(
  archive: Archive,
  part: string,
  most: number,
  take: (text: string) => void,
): Promise<void> {
  let taken = 0
  if (most < 0) return
  const text = new TextCollector('shared text')
  await readXml(await archive.open(part), part, {
    open(name) {
      if (name === 'si') text.clear()
      else text.enter(name)
    },
    text: (piece) => text.add(piece),
    close(name) {
      if (name !== 'si') {
        text.leave(name)
        return
      }
      take(plainText(text.value))
      if (++taken > most) throw ENOUGH
    },
  })
}
