import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileFault } from './file-fault.ts'
import { setLanguage, startI18n } from './i18n.ts'
import { HttpError } from './problem.ts'

const fault = (detail: string, messages: string[] = []) =>
  fileFault(
    new HttpError(422, { detail, errors: messages.map((message) => ({ path: 'mapping.x', message })) }),
  )

describe('what is wrong with a file', () => {
  beforeAll(async () => {
    await startI18n('en')
    await setLanguage('ms')
  })
  afterAll(() => setLanguage('en'))

  it.each([
    ['The file is empty.', 'Fail ini kosong.'],
    ['The file is no text.', 'Fail ini bukan teks.'],
    ['The file is a PDF document.', 'Fail ini ialah dokumen PDF.'],
    [
      'The file is a ZIP archive or an Excel workbook (.xlsx).',
      'Fail ini ialah arkib ZIP atau buku kerja Excel (.xlsx).',
    ],
    ['Line 7 is longer than 1 MB.', 'Baris 7 lebih panjang daripada 1 MB.'],
    [
      'Too many quotation marks are not closed; the last one on line 12.',
      'Terlalu banyak tanda petikan tidak ditutup; yang terakhir pada baris 12.',
    ],
    ['The text is UTF-32. Save it as UTF-8.', 'Teks ini UTF-32. Simpan sebagai UTF-8.'],
  ])('%s', (english, malay) => expect(fault(english)).toBe(malay))

  it('of several columns is said of each', () => {
    const messages = ['The file has no such column: NAMA', 'The file has no column for phone.']
    expect(fault(messages.join(' '), messages)).toMatch(
      /^Fail ini tiada lajur bernama: NAMA Fail ini tiada lajur untuk: /,
    )
  })

  it('in a sentence not known here is left to the words of its code', () => {
    expect(fault('Something else.')).toBeUndefined()
  })

  it('is as the server says it in English', async () => {
    await setLanguage('en')
    expect(fault('Something else.')).toBe('Something else.')
    expect(fault('The file is a PNG picture.')).toBe('The file is a PNG picture.')
    await setLanguage('ms')
  })
})
