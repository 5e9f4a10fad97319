import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Chunk, readChunks, readLayout, type SourceRow } from './reader.ts'
import { MAX_RECORD_BYTES } from './scanner.ts'
import { bytesSource } from './window.ts'

const SPECTRUM = path.join(import.meta.dirname, '../testing/data/csv-spectrum')

async function read(bytes: Buffer | string, options: { delimiter?: string; chunkRows?: number } = {}) {
  const source = () => bytesSource(Buffer.from(bytes))
  const layout = await readLayout(source(), options.delimiter ?? ',')
  const rows: SourceRow[] = []
  for await (const chunk of readChunks(source(), layout, layout.start, options)) rows.push(...chunk.rows)
  return { columns: layout.columns, rows }
}

const cellsOf = async (text: string | Buffer) => (await read(text)).rows.map(({ cells }) => cells)
const briefly = ({ row, line, cells, problem }: SourceRow) => [row, line, problem?.code ?? cells.join('|')]

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reader-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('csv-spectrum', async () => {
  const names = (await readdir(path.join(SPECTRUM, 'csvs'))).map((file) => path.parse(file).name)

  it.each(names)('%s gives its answer', async (name) => {
    const answer = JSON.parse(await readFile(path.join(SPECTRUM, 'json', `${name}.json`), 'utf8'))
    const { columns, rows } = await read(await readFile(path.join(SPECTRUM, 'csvs', `${name}.csv`)))
    const records = rows.map(({ cells }) =>
      Object.fromEntries(columns.map((column, i) => [column, cells[i]])),
    )
    if (name === 'location_coordinates') {
      // The published answer is of another record: only the cell with the quotation marks is comparable.
      expect(records[0]?.['Location Coordinates']).toBe(answer['Location Coordinates'])
      return
    }
    // Line ends inside cells are stored as LF here; the answers keep CRLF.
    expect(records).toEqual(JSON.parse(JSON.stringify(answer).replaceAll('\\r\\n', '\\n')))
  })
})

describe('rows and lines', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('are numbered the same with %s', async (_name, end) => {
    const text = ['', 'a,b', '1,2', '', '   ', '"x', 'y",3', '4,5', ''].join(end)
    expect((await read(text)).rows.map(briefly)).toEqual([
      [1, 3, '1|2'],
      [2, 6, 'x\ny|3'],
      [3, 8, '4|5'],
    ])
  })

  it('survive mixed line ends, a missing last one, a BOM and a doubled one', async () => {
    const { columns, rows } = await read('\ufeff\ufeffa,b\r1,2\n3,4\r\n5,6\r\r\n7,8')
    expect(columns).toEqual(['a', 'b'])
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 4, 6])
  })

  it('take an empty row of delimiters and empty quoted cells as rows', async () => {
    expect(await cellsOf('a,b\n,\n"",""\n')).toEqual([
      ['', ''],
      ['', ''],
    ])
  })
})

describe('broken rows', () => {
  it('are told apart while the rows after them go on', async () => {
    const text = Buffer.concat([
      Buffer.from('a,b\nok,1\nshort\nlong,1,2\n'),
      Buffer.from([0x66, 0xff, 0x2c, 0x31, 0x0a]),
      Buffer.from('"x"y,1\n"x" ,1\nx"y,1\nok,2\n'),
    ])
    expect((await read(text)).rows.map(briefly)).toEqual([
      [1, 2, 'ok|1'],
      [2, 3, 'COLUMN_COUNT'],
      [3, 4, 'COLUMN_COUNT'],
      [4, 5, 'INVALID_ENCODING'],
      [5, 6, 'BAD_QUOTES'],
      [6, 7, 'x|1'],
      [7, 8, 'x"y|1'],
      [8, 9, 'ok|2'],
    ])
  })

  it('with an open quotation mark cost one row, whatever follows', async () => {
    const rest = Array.from({ length: 50 }, (_, i) => `${i},"Lot ${i}, Jalan"\n`).join('')
    const { rows } = await read(`a,b\n1,"open\n${rest}`)
    expect(rows).toHaveLength(51)
    expect(rows.filter(({ problem }) => problem).map(briefly)).toEqual([[1, 2, 'UNCLOSED_QUOTE']])
    const plain = await read(`a,b\n1,"open\n${'x,y\n'.repeat(50)}`)
    expect(plain.rows.map(({ problem }) => problem?.code).slice(0, 2)).toEqual(['UNCLOSED_QUOTE', undefined])
    expect(plain.rows).toHaveLength(51)
  })

  it('over 1 MB are refused and skipped', async () => {
    const long = 'x'.repeat(MAX_RECORD_BYTES * 3)
    const { rows } = await read(`a,b\n1,2\n${long},2\n"${long}",2\n3,4\n`)
    expect(rows.map(briefly)).toEqual([
      [1, 2, '1|2'],
      [2, 3, 'ROW_TOO_LONG'],
      [3, 4, 'ROW_TOO_LONG'],
      [4, 5, '3|4'],
    ])
    const fits = 'x'.repeat(MAX_RECORD_BYTES - 10)
    expect((await read(`a,b\n${fits},2\n`)).rows[0]?.cells[0]).toHaveLength(fits.length)
  })

  it('keep few of very many cells', async () => {
    const { rows } = await read(`a,b\n${','.repeat(100_000)}\n`)
    expect(rows[0]?.problem?.code).toBe('COLUMN_COUNT')
    expect(rows[0]?.cells.length).toBeLessThan(100)
  })

  it('of a file that is nothing but open quotation marks end it', { timeout: 20_000 }, async () => {
    // Each line opens a quotation mark both when read alone and when read inside one.
    const file = path.join(folder, 'hostile.csv')
    await writeFile(file, `a,b\n${'a,x",",b\n'.repeat(400_000)}`)
    const layout = await readLayout(file, ',')
    const drain = async () => {
      for await (const chunk of readChunks(file, layout)) void chunk
    }
    await expect(drain()).rejects.toMatchObject({ code: 'import/broken-quotes' })
  })
})

describe('a header', () => {
  const code = (text: string) =>
    read(text).then(
      () => 'fine',
      (error) => error.code,
    )
  it('is refused when it cannot be one', async () => {
    expect(await code('')).toBe('import/empty-file')
    expect(await code('\n \r\n')).toBe('import/empty-file')
    expect(await code(`a${',b'.repeat(100_000)}\n`)).toBe('import/bad-header')
    expect(await code(`${'a'.repeat(MAX_RECORD_BYTES + 1)}\n`)).toBe('import/bad-header')
    expect(await code('"a,b\n1,2\n')).toBe('import/bad-header')
  })

  it('may have line ends in it and no rows after it', async () => {
    expect(await read('"a\nb",c')).toEqual({ columns: ['a\nb', 'c'], rows: [] })
  })
})

const piece = fc.oneof(
  fc.constantFrom(',', '"', '""', '\n', '\r\n', '\r', 'a', 'é', ' ', '\0', '"x"', '"y\nz",', 'word,'),
  fc.string({ maxLength: 5 }),
)

describe('what is written by the rules', () => {
  it('is read back', async () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.array(piece, { maxLength: 4 }).map((parts) => parts.join('')),
    )
    const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 8 })
    const form = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      end: fc.constantFrom('\n', '\r\n', '\r'),
    })
    await fc.assert(
      fc.asyncProperty(table, form, async (rows, { delimiter, end }) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
        const lines = [['a', 'b', 'c'], ...rows].map((cells) => cells.map(quoted).join(delimiter))
        const found = await read(lines.join(end) + end, { delimiter })
        expect(found.rows.map(({ cells }) => cells)).toEqual(
          rows.map((cells) => cells.map((text) => text.toWellFormed().replace(/\r\n?/g, '\n'))),
        )
      }),
      { numRuns: 200 },
    )
  })
})

describe('reading on', () => {
  it('from the end of any chunk gives the rows that were to come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 80 }),
        fc.integer({ min: 1, max: 4 }),
        async (pieces, chunkRows) => {
          const bytes = Buffer.from(`a,b\n${pieces.join('')}`)
          const layout = await readLayout(bytesSource(bytes), ',')
          const chunks: Chunk[] = []
          for await (const chunk of readChunks(bytesSource(bytes), layout, layout.start, { chunkRows }))
            chunks.push(chunk)
          for (const [i, { end }] of chunks.entries()) {
            const resumed: SourceRow[] = []
            for await (const { rows } of readChunks(bytesSource(bytes), layout, end)) resumed.push(...rows)
            expect(resumed).toEqual(chunks.slice(i + 1).flatMap(({ rows }) => rows))
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('works across the windows in which a file is read', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `${i},"é ""${'x'.repeat(i % 60)}""\r\n${i}"`)
    const bytes = Buffer.from(`n,text\r\n${rows.join('\r\n')}`)
    const layout = await readLayout(bytesSource(bytes), ',')
    let at = layout.start
    let count = 0
    for (;;) {
      const next = await readChunks(bytesSource(bytes), layout, at, { chunkRows: 7_001 }).next()
      if (next.done) break
      for (const { row, line, cells, problem } of next.value.rows) {
        const expected = [String(count), `é "${'x'.repeat(count % 60)}"\n${count}`]
        if (row !== count + 1 || line !== 2 + 2 * count || problem) throw new Error(`row ${row}`)
        expect(cells).toEqual(expected)
        count++
      }
      at = next.value.end
    }
    expect(count).toBe(30_000)
    expect(at.offset).toBe(bytes.length)
  })

  it('stops when it is told to', async () => {
    const layout = await readLayout(bytesSource(Buffer.from('a\n1\n')), ',')
    const reading = readChunks(bytesSource(Buffer.from('a\n1\n')), layout, layout.start, {
      signal: AbortSignal.abort(),
    })
    await expect(reading.next()).rejects.toThrow('abort')
  })
})
