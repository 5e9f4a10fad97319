import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowMeter } from './row-meter.ts'
import { sealing, unsealing } from './seal.ts'
import { type Entry, tarOf, untar } from './tar.ts'

const KEY = randomBytes(32)

async function through(source: Iterable<Buffer>, ...streams: NodeJS.ReadWriteStream[]): Promise<Buffer> {
  const parts: Buffer[] = []
  await pipeline([
    Readable.from(source),
    ...streams,
    async (plain: AsyncIterable<Buffer>) => {
      for await (const part of plain) parts.push(part)
    },
  ] as unknown as [NodeJS.ReadableStream, NodeJS.WritableStream])
  return Buffer.concat(parts)
}

const pieces = (all: Buffer, sizes: number[]): Buffer[] => {
  const out: Buffer[] = []
  for (let at = 0, n = 0; at < all.length; n++) {
    const size = sizes.length === 0 ? all.length : (sizes[n % sizes.length] as number)
    out.push(all.subarray(at, at + size))
    at += size
  }
  return out
}

const sizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { maxLength: 5 })

describe('sealing', () => {
  it('gives back what it was given, however it was cut into pieces, and never the same twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1, 262_143, 262_144, 262_145, 700_000),
        sizes,
        sizes,
        async (length, cut, again) => {
          const plain = randomBytes(length)
          const sealed = await through(pieces(plain, cut), sealing(KEY, 'a'))
          expect(
            (await through(pieces(sealed, again), unsealing([randomBytes(32), KEY], 'a'))).equals(plain),
          ).toBe(true)
          expect((await through([plain], sealing(KEY, 'a'))).equals(sealed)).toBe(false)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('finds a frame left out, doubled or moved, and a file in the place of another', async () => {
    const sealed = await through([randomBytes(600_000)], sealing(KEY, 'a'))
    const head = sealed.subarray(0, 84)
    const frame = 262_144 + 20
    const [first, second, last] = [
      sealed.subarray(84, 84 + frame),
      sealed.subarray(84 + frame, 84 + 2 * frame),
      sealed.subarray(84 + 2 * frame),
    ]
    expect(await through([head, first, second, last], unsealing([KEY], 'a'))).toHaveLength(600_000)
    for (const wrong of [
      [head, first, last],
      [head, first, first, second, last],
      [head, second, first, last],
      [head, first, second],
      [head, first, second, last, last],
      [head],
      [],
    ])
      await expect(through(wrong, unsealing([KEY], 'a'))).rejects.toMatchObject({ code: 'backup/damaged' })
    await expect(through([sealed], unsealing([KEY], 'b'))).rejects.toMatchObject({ code: 'backup/damaged' })
    await expect(through([sealed], unsealing([randomBytes(32)], 'a'))).rejects.toMatchObject({
      code: 'backup/wrong-key',
    })
  })
})

describe('an archive', () => {
  it('holds files of any content and length', async () => {
    const files = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(files, sizes, async (contents, cut) => {
        const entries: Entry[] = contents.map((bytes, i) => ({
          name: `folder/${i}`,
          bytes: Buffer.from(bytes),
        }))
        const parts: Buffer[] = []
        for await (const part of tarOf(entries)) parts.push(part)
        const found: Entry[] = []
        for await (const { name, content } of untar(Readable.from(pieces(Buffer.concat(parts), cut)))) {
          const read: Buffer[] = []
          for await (const part of content) read.push(part)
          found.push({ name, bytes: Buffer.concat(read) })
        }
        expect(found).toEqual(entries)
      }),
    )
  })
})

describe('rows of a dump', () => {
  const dumpOf = (rows: string[]) =>
    Buffer.from(
      [
        'CREATE TABLE `empty` (',
        '  `id` int',
        ') ENGINE=InnoDB;',
        'CREATE TABLE `t` (',
        '  `id` int',
        ');',
        ...(rows.length === 0 ? [] : ['INSERT INTO `t` VALUES', `${rows.join(',\n')};`]),
        '(not a row)',
        '-- Dump completed',
        '',
      ].join('\n'),
    )

  it('are counted and hashed the same wherever statements and pieces end', async () => {
    const rows = ["(1,'a')", "(2,'b);\\n(INSERT INTO `t`')", '(3,NULL)']
    const whole = rowMeter()
    await through([dumpOf(rows)], whole.stream)
    const cut = rowMeter()
    await through(pieces(dumpOf(rows), [1]), cut.stream)
    expect(cut.tables()).toEqual(whole.tables())
    expect(whole.tables().map(({ name, rows: n }) => [name, n])).toEqual([
      ['empty', 0],
      ['t', 3],
    ])
    const split = rowMeter()
    const [first = '', ...others] = rows
    const text = dumpOf(others).toString().replace('INSERT', `INSERT INTO \`t\` VALUES\n${first};\nINSERT`)
    await through([Buffer.from(text)], split.stream)
    expect(split.tables()).toEqual(whole.tables())
    expect([whole.isComplete(), whole.rows()]).toEqual([true, 3])
    const changed = rowMeter()
    await through([dumpOf([...rows.slice(0, 2), '(3,0)'])], changed.stream)
    expect(changed.tables()[1]?.sha256).not.toBe(whole.tables()[1]?.sha256)
  })
})
