import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../errors/app-error.ts'
import { readChunks, readLayout, type SourceRow } from './reader.ts'
import { sniffBytes, sniffFile } from './sniff.ts'
import { stageFile } from './stage.ts'

const DATA = path.join(import.meta.dirname, '../testing/data')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sniff-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Reads a file as an import does: sniff, stage, header, rows; or the code and words of the refusal. */
async function readAll(file: string) {
  try {
    const sniffed = await sniffFile(file)
    const staged = await stageFile(file, path.join(folder, 'staged.csv'), { encoding: sniffed.encoding })
    const layout = await readLayout(staged, sniffed.delimiter)
    const rows: SourceRow[] = []
    for await (const chunk of readChunks(staged, layout)) rows.push(...chunk.rows)
    const texts = rows.map(({ line, cells, problem }) => `${line}:${problem?.code ?? cells.join('|')}`)
    return { ...sniffed, columns: layout.columns.join('|'), rows: texts }
  } catch (error) {
    if (error instanceof AppError) return `${error.code} ${error.detail ?? ''}`.trim()
    throw error
  }
}

describe('awkward files', () => {
  const rows = (...texts: string[]) => ({ rows: texts })
  it.each([
    ['bad.csv', rows('2:COLUMN_COUNT', '3:COLUMN_COUNT', '4:0|mixed types.... uh oh|17')],
    ['bad_skip_lines.csv', rows('5:COLUMN_COUNT', '6:COLUMN_COUNT', '7:0|mixed types.... uh oh|17')],
    ['blanks.csv', rows('2:|NA|N/A|NONE|NULL|.')],
    ['dummy.csv', { ...rows('2:1|2|3'), delimiter: ',', lineEnd: 'lf', encoding: 'utf-8', format: 'csv' }],
    ['dummy.csv.bz2', 'import/not-a-table The file is a bzip2 archive.'],
    ['dummy.csv.gz', 'import/not-a-table The file is a gzip archive.'],
    ['dummy.tsv', { ...rows('2:1|2|3'), delimiter: '\t', format: 'tsv' }],
    ['empty.csv', 'import/empty-file The file has nothing but blank lines.'],
    ['mac_newlines.csv', { ...rows('2:1|2|3', '3:Once upon\na time|5|6'), lineEnd: 'cr' }],
    ['null_byte.csv', rows('2:\0|2|3')],
    ['sniff_limit.csv', { ...rows('2:1|2|3'), delimiter: ';' }],
    ['optional_quote_characters.csv', rows('2:1|2|3')],
    ['test_empty_columns.csv', { ...rows('2:a||||', '3:COLUMN_COUNT', '4:||||'), columns: 'a|b|c||' }],
    ['test_empty_columns_long_row.csv', rows('2:COLUMN_COUNT')],
    ['test_header_newline.csv', { ...rows('8:d|e|f'), columns: 'start \t\n\v\f\n end|b|c' }],
    ['test_latin1.csv', { ...rows('2:1|2|3', '3:4|5|©'), encoding: 'windows-1252' }],
    ['test_locale.csv', rows('2:1,7|200.000.000|')],
    ['test_skip_lines.csv', rows('5:1|2|3')],
    ['test_utf16_big.csv', { ...rows('2:1|2|3', '3:4|5|ʤ'), encoding: 'utf-16be' }],
    ['test_utf16_little.csv', { ...rows('2:1|2|3', '3:4|5|ʤ'), encoding: 'utf-16le' }],
    ['test_utf8.csv', { ...rows('2:1|2|3', '3:4|5|ʤ'), columns: 'foo|bar|baz' }],
    ['test_utf8_bom.csv', { ...rows('2:1|2|3', '3:4|5|ʤ'), columns: 'foo|bar|baz' }],
  ])('%s', async (name, expected) => {
    const found = await readAll(path.join(DATA, 'csvkit', name))
    if (typeof expected === 'string') expect(found).toBe(expected)
    else expect(found).toMatchObject(expected)
  })

  it.each([
    ['acs2012_5yr_population.csv', ',', 93, 0],
    ['FY09_EDU_Recipients_by_State.csv', ',', 53, 0],
    ['Datagov_FY10_EDU_recp_by_State.csv', ',', 57, 0],
    ['GPC_DCLG_December_2015_for_Publication.csv', ',', 8, 0],
    ['dwp-cmg-spend-1214.csv', ',', 8, 0],
    ['epcs-dwp-cmg-spend-july-2017.csv', ',', 102, 0],
    ['workforce-management-information-dft_201706.csv', ',', 48, 0],
  ])('of public bodies: %s', async (name, delimiter, rowCount, faulty) => {
    const found = await readAll(path.join(DATA, 'messy-csv', name))
    if (typeof found === 'string') throw new Error(found)
    expect([
      found.delimiter,
      found.rows.length,
      found.rows.filter((row) => /^\d+:[A-Z]+_/.test(row)).length,
    ]).toEqual([delimiter, rowCount, faulty])
  })
})

describe('recognising', () => {
  const table = (texts: string) => `name,place\n${texts}\n`
  const sniff = (bytes: Buffer) => {
    try {
      return sniffBytes(bytes, true)
    } catch (error) {
      return error instanceof AppError ? `${error.code} ${error.detail}` : error
    }
  }

  it('tells what is no text', () => {
    expect(sniff(Buffer.from('PK\x03\x04rest', 'latin1'))).toContain('.xlsx')
    expect(sniff(Buffer.from('%PDF-1.7\n%'))).toContain('PDF')
    expect(sniff(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))).toContain('PNG')
    expect(sniff(Buffer.from('\ufeff<!DOCTYPE html><html>'))).toContain('web page')
    expect(sniff(Buffer.from('{"resourceType": "Patient"}\n'))).toContain('JSON')
    expect(sniff(Buffer.from('\0\x01\x02\x03abc'))).toContain('no text')
    expect(sniff(Buffer.alloc(0))).toContain('import/empty-file')
  })

  it('tells encodings', () => {
    const of = (text: string, encoding: string, addBOM = false) =>
      sniff(iconv.encode(table(text), encoding, { addBOM }))
    expect(of('José,Café – €5\nÅse,x', 'windows-1252')).toMatchObject({ encoding: 'windows-1252' })
    expect(of('José,黄淑芬', 'utf-8')).toMatchObject({ encoding: 'utf-8' })
    expect(of('José,x', 'utf-16le')).toMatchObject({ encoding: 'utf-16le', delimiter: ',' })
    expect(of('José,x', 'utf-16be')).toMatchObject({ encoding: 'utf-16be' })
    expect(of('José,x', 'utf-16le', true)).toMatchObject({ encoding: 'utf-16le' })
    expect(of('黄淑芬,吉隆坡\n李伟明,槟城', 'gb18030')).toContain('import/unknown-encoding')
    expect(of('a,b', 'utf-32le', true)).toContain('UTF-32')
    const gb = iconv.encode(table('黄淑芬,吉隆坡\n李伟明,槟城'), 'gb18030')
    expect(sniffBytes(gb, true, { encoding: 'gb18030' })).toMatchObject({
      encoding: 'gb18030',
      delimiter: ',',
    })
  })

  it('stays with UTF-8 when single rows are broken', () => {
    const bytes = Buffer.concat([Buffer.from(table('José,x\nÅse,y\nZoë,z')), Buffer.from([0xe9, 0x2c, 0x0a])])
    expect(sniff(bytes)).toMatchObject({ encoding: 'utf-8' })
  })

  it.each([',', ';', '\t', '|'])('tells the delimiter %j', (delimiter) => {
    const others = [',', ';', '\t', '|'].filter((other) => other !== delimiter).join(' ')
    const text = [`a${delimiter}b`, `"${others}"${delimiter}1`, `x${delimiter}"y\n${delimiter}"`].join('\r\n')
    expect(sniff(Buffer.from(text))).toMatchObject({ delimiter, lineEnd: 'crlf' })
  })

  it('never fails but with an error of its own, whatever the bytes', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.constantFrom(0, 10, 13, 34, 44, 59, 0xff, 0xfe, 0xef, 0xbb, 0xbf, 0xc3, 0xa9, 65), {
        maxLength: 60,
      }),
    )
    fc.assert(
      fc.property(hostile, fc.boolean(), (bytes, isWhole) => {
        try {
          sniffBytes(Buffer.from(bytes), isWhole)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('staging', () => {
  const bytesOf = async (source: Buffer, encoding: 'utf-16le' | 'utf-16be' | 'windows-1252' | 'gb18030') => {
    const from = path.join(folder, 'source')
    await writeFile(from, source)
    return readFile(await stageFile(from, path.join(folder, 'target'), { encoding }))
  }

  it('keeps text and line ends across blocks', async () => {
    const text = 'a,"b\r\nc"\rd\n😀é\u0000'.repeat(50_000)
    expect(
      (await bytesOf(iconv.encode(text, 'utf-16be', { addBOM: true }), 'utf-16be')).equals(Buffer.from(text)),
    ).toBe(true)
    expect((await bytesOf(iconv.encode(text, 'utf-16le'), 'utf-16le')).equals(Buffer.from(text))).toBe(true)
    expect((await bytesOf(iconv.encode(text, 'gb18030'), 'gb18030')).equals(Buffer.from(text))).toBe(true)
  })

  it('marks what cannot be decoded, so that only its row is refused', async () => {
    const staged = await bytesOf(Buffer.from('a,b\nx,\x92\ny,\x81\nz,1\n', 'latin1'), 'windows-1252')
    expect(staged.toString('latin1')).toBe('a,b\nx,\xe2\x80\x99\ny,\xff\nz,1\n')
    const file = path.join(folder, 'marked.csv')
    await writeFile(file, staged)
    const layout = await readLayout(file, ',')
    for await (const { rows } of readChunks(file, layout)) {
      expect(rows.map(({ cells, problem }) => problem?.code ?? cells[1])).toEqual([
        '’',
        'INVALID_ENCODING',
        '1',
      ])
    }
  })

  it('leaves nothing behind when stopped, and tells how far it is', async () => {
    const from = path.join(folder, 'long')
    await writeFile(from, Buffer.alloc(1024 * 1024, 'x'))
    const stop = new AbortController()
    const seen: number[] = []
    const target = path.join(folder, 'stopped')
    const staging = stageFile(from, target, {
      encoding: 'windows-1252',
      signal: stop.signal,
      onProgress: (done, total) => {
        seen.push(done / total)
        if (seen.length === 2) stop.abort()
      },
    })
    await expect(staging).rejects.toThrow('abort')
    expect(seen).toEqual([0.25, 0.5])
    await expect(readFile(target)).rejects.toThrow('ENOENT')
    await expect(readFile(`${target}.part`)).rejects.toThrow('ENOENT')
  })
})
