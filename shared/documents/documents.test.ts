import { hash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { crc32, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, runsOf } from './fonts.ts'
import { type Clinic, clinicHead, heading } from './head.ts'
import { isPrintableImage } from './image.ts'
import { drawDocument, mm, PAPERS, type PaperName, pdfHeaders, type Sheet } from './sheet.ts'
import { shownDay, shownInstant, textsIn } from './words.ts'
import { field, line, paragraph, row, widthOf } from './write.ts'

const CLINIC: Clinic = {
  'clinic.name': 'Klinik Dr. Tan 陳氏診所',
  'clinic.address': 'No. 12, Jalan SS 2/72\n47300 Petaling Jaya',
  'clinic.phone': '+60 3-7875 1234',
  'clinic.registration': 'KKM-12345',
  'clinic.logo': '',
}
const NAMES = [
  'Nurul Syahirah binti Mohd Fadzil',
  '陳小龍 Tan Siew Leong',
  'குமாரவேல் ஸ்ரீனிவாசன்',
  'عبد الله بن أحمد',
  `${'Muhammad Amirul Hakim '.repeat(12)}`,
  'W'.repeat(400),
  '李'.repeat(200),
]
const MADE_AT = new Date('2026-11-28T02:00:00Z')

const options = (paper: PaperName) => ({ paper, title: 'Test', language: 'en', madeAt: MADE_AT }) as const
const bytesOf = (paper: PaperName, draw: (sheet: Sheet) => void) => buffer(drawDocument(options(paper), draw))

/** Draws and answers the sheet, where the writers left it. */
async function sheetOf(paper: PaperName, draw: (sheet: Sheet) => void): Promise<Sheet> {
  let last: Sheet | undefined
  await bytesOf(paper, (sheet) => {
    last = sheet
    draw(sheet)
  })
  return last as Sheet
}

/** Right ends of all texts that are drawn, whoever draws them. */
function watchEnds(sheet: Sheet): number[] {
  const ends: number[] = []
  const { pdf } = sheet
  const text = pdf.text.bind(pdf)
  pdf.text = ((shown: string, x: number, y: number, style: PDFKit.Mixins.TextOptions) => {
    ends.push(x + pdf.widthOfString(shown))
    return text(shown, x, y, style)
  }) as typeof pdf.text
  return ends
}

describe('runs', () => {
  it('give each script its font, and spaces to the one before', () => {
    expect(runsOf('Siti 陳小龍 Tan', 'regular')).toEqual([
      { font: 'latin', text: 'Siti ' },
      { font: 'chinese', text: '陳小龍 ' },
      { font: 'latin', text: 'Tan' },
    ])
    expect(runsOf('ஸ்ரீ', 'bold')).toEqual([{ font: 'tamilBold', text: 'ஸ்ரீ' }])
  })

  it('show a box for what no font has, and words of Jawi from right to left', () => {
    expect(runsOf('a𠮷', 'regular')).toEqual([{ font: 'latin', text: 'a□' }])
    expect(runsOf('بن أحمد', 'regular')).toEqual([{ font: 'latin', text: 'أحمد بن' }])
  })

  it('never lose or change a printable text of the left-to-right scripts', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'é', '陳', 'ஸ்ரீ', ' ', '-', '刘')), (parts) => {
        const text = parts.join('')
        const shown = runsOf(printable(text), 'regular')
        expect(shown.map((run) => run.text).join('')).toBe(text.normalize('NFC'))
      }),
    )
  })

  it('have no control characters, marks of direction or variants', () => {
    expect(printable('a\u0000\n\u202eb\u200d\ufe0fe\u0301')).toBe('a b\u00e9')
  })
})

describe('a document', () => {
  const draw = (sheet: Sheet) => {
    clinicHead(sheet, CLINIC, 'ms')
    heading(sheet, 'SIJIL CUTI SAKIT')
    for (const name of NAMES) {
      field(sheet, 'Nama', name)
      row(sheet, [
        { text: name, part: 2 },
        { text: name, part: 1, align: 'right' },
      ])
      line(sheet, name, { align: 'center', weight: 'bold' })
    }
    paragraph(sheet, NAMES.join(' '))
  }

  it.each(Object.keys(PAPERS) as PaperName[])('on %s keeps every text inside its margins', async (paper) => {
    const bytes = await bytesOf(paper, (each) => {
      const ends = watchEnds(each)
      draw(each)
      expect(Math.max(...ends)).toBeLessThanOrEqual(each.right + 0.01)
    })
    expect(bytes.toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(1)
  })

  it('has the same bytes every time, other bytes for another day', async () => {
    const [first, second] = [await bytesOf('A5', draw), await bytesOf('A5', draw)]
    expect(hash('sha256', first, 'hex')).toBe(hash('sha256', second, 'hex'))
    expect(first.subarray(0, 5).toString()).toBe('%PDF-')
    const later = await buffer(drawDocument({ ...options('A5'), madeAt: new Date(0) }, draw))
    expect(later.equals(first)).toBe(false)
  })

  it('on a roll is as long as its contents', async () => {
    const short = await sheetOf('roll80', (sheet) => line(sheet, 'one'))
    const long = await sheetOf('roll80', (sheet) => {
      for (let n = 0; n < 200; n++) line(sheet, String(n))
    })
    expect(short.pdf.page.height).toBeLessThan(mm(20))
    expect(long.pdf.page.height).toBeGreaterThan(mm(600))
    expect(long.y).toBeLessThanOrEqual(long.bottom + 1)
  })

  it('writes no paragraph below the bottom of the page', async () => {
    const sheet = await sheetOf('label85x55', (each) => paragraph(each, 'word '.repeat(500)))
    expect(sheet.y).toBeLessThanOrEqual(sheet.bottom + 0.01)
  })

  it('whose drawing fails is an error, not half a stream', () => {
    const failing = () => {
      throw new Error('no such thing')
    }
    expect(() => drawDocument(options('A5'), failing)).toThrow('no such thing')
  })

  it('shrinks a line before it cuts it', async () => {
    await sheetOf('A5', (sheet) => {
      const ends = watchEnds(sheet)
      const width = sheet.right - sheet.left
      const text = 'n'.repeat(Math.floor(width / widthOf(sheet, 'n', sheet.textPt)) + 3)
      line(sheet, text)
      expect(ends).toHaveLength(1)
      expect(ends[0]).toBeLessThanOrEqual(sheet.right + 0.01)
      expect(ends[0]).toBeGreaterThan(sheet.right - width * 0.1)
    })
  })
})

describe('words', () => {
  it('are in both languages, with values put in', () => {
    const table = { days: { en: '{n} day(s)', ms: '{n} hari' } } as const
    expect(textsIn(table, 'ms')('days', { n: '3' })).toBe('3 hari')
    expect(textsIn(table, 'en')('days')).toBe('{n} day(s)')
    expect([shownDay('2026-08-01', 'ms'), shownDay('2026-03-09', 'en')]).toEqual([
      '1 Ogos 2026',
      '9 Mar 2026',
    ])
    expect(shownInstant(new Date('2026-11-27T17:05:00Z'), 'en')).toBe('28 Nov 2026, 01:05')
  })

  it('make a safe file name', () => {
    expect(pdfHeaders('MC-1"\r\n/x')['Content-Disposition']).toBe('inline; filename="MC-1----x.pdf"')
  })
})

const PIXEL = (colour: number) =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108', 'hex'),
    Buffer.from([colour, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from('0000000049444154aaaaaaaa', 'hex'),
    Buffer.from('0000000049454e44ae426082', 'hex'),
  ]).toString('base64')

/** A real picture: RGB, 8 bits, a red square in white. */
function picture(size: number): string {
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const head = Buffer.from('00000000000000000802000000', 'hex')
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  const isInside = (n: number) => n > size / 4 && n < (size * 3) / 4
  const lines = Array.from({ length: size }, (_, y) =>
    Buffer.from([
      0,
      ...Array.from({ length: size }, (_, x) =>
        isInside(x) && isInside(y) ? [200, 0, 0] : [255, 255, 255],
      ).flat(),
    ]),
  )
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  const data = chunk('IDAT', deflateSync(Buffer.concat(lines)))
  return Buffer.concat([signature, chunk('IHDR', head), data, chunk('IEND', Buffer.alloc(0))]).toString(
    'base64',
  )
}

describe('a logo', () => {
  it.each(['A4', 'A5', 'roll80'] as const)('stands at the head of %s', async (paper) => {
    const logo = picture(40)
    expect(isPrintableImage(logo)).toBe(true)
    const bytes = await bytesOf(paper, (sheet) => clinicHead(sheet, { ...CLINIC, 'clinic.logo': logo }, 'en'))
    expect(bytes.toString('latin1')).toContain('/Subtype /Image')
  })

  it('may be a plain PNG or a JPEG, nothing that has to be unpacked', () => {
    const jpeg = Buffer.from('ffd8ffe000044a46ffc0001108000100010300', 'hex').toString('base64')
    expect([PIXEL(2), PIXEL(0), jpeg].map(isPrintableImage)).toEqual([true, true, true])
    const others = [PIXEL(6), PIXEL(4), 'R0lGODlh', '<svg>', '', PIXEL(2).slice(0, 40), '!!!!']
    expect(others.map(isPrintableImage)).toEqual(others.map(() => false))
  })
})
