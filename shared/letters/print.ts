import type { Deps } from '../deps.ts'
import { signatureOnPaper } from '../doctors/reads.ts'
import { clinicHead, heading } from '../documents/head.ts'
import { drawDocument, mm, type Sheet } from '../documents/sheet.ts'
import { shownDay, type Texts, textsIn } from '../documents/words.ts'
import { gap, heightOf, line, paragraph } from '../documents/write.ts'
import { clinicOnPaper } from '../settings/reads.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { LetterRow } from './repository.ts'

const LETTER_TEXTS = {
  referral: { en: 'REFERRAL LETTER', ms: 'SURAT RUJUKAN' },
  time_slip: { en: 'TIME SLIP', ms: 'SLIP MASA' },
  date: { en: 'Date', ms: 'Tarikh' },
  to: { en: 'To', ms: 'Kepada' },
  signature: { en: 'Signature and stamp', ms: 'Tandatangan dan cop' },
  mmc: { en: 'MMC no. {number}', ms: 'No. MMC {number}' },
} as const satisfies Texts

const FOOT_MM = 30
const LINE_MM = 70
const SIGNATURE_MM = 12

/** A letter on paper: by default A4 for a referral, A5 for a slip. */
export async function printLetter(
  deps: Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>,
  letter: LetterRow,
  paper: 'A4' | 'A5' = letter.kind === 'referral' ? 'A4' : 'A5',
): Promise<NodeJS.ReadableStream> {
  const clinic = await clinicOnPaper(deps)
  const signature = await signatureOnPaper(deps, letter)
  const { language } = letter
  const text = textsIn(LETTER_TEXTS, language)
  const madeAt = new Date(fromSqlUtc(letter.issued_at) ?? 0)
  return drawDocument({ paper, title: text(letter.kind), language, madeAt }, (sheet) => {
    clinicHead(sheet, clinic, language)
    heading(sheet, text(letter.kind))
    line(sheet, `${text('date')}: ${shownDay(letter.issued_on, language)}`, { align: 'right' })
    if (letter.recipient !== null) paragraph(sheet, `${text('to')}: ${letter.recipient}`, { maxLines: 3 })
    gap(sheet)
    const foot = sheet.bottom - mm(FOOT_MM)
    // what was written ends above the place to sign, shrinking where it is long
    const body: Sheet = { ...sheet, bottom: foot - mm(4) }
    paragraph(body, letter.body, { sizePt: sizeThatFits(body, letter.body) })
    sheet.y = foot + mm(10)
    if (signature !== null)
      sheet.pdf.image(signature, sheet.left, sheet.y - mm(SIGNATURE_MM + 0.5), {
        fit: [mm(LINE_MM), mm(SIGNATURE_MM)],
        align: 'center',
        valign: 'bottom',
      })
    sheet.pdf
      .moveTo(sheet.left, sheet.y)
      .lineTo(sheet.left + mm(LINE_MM), sheet.y)
      .lineWidth(0.6)
      .stroke()
    sheet.y += mm(1)
    line(sheet, text('signature'), { sizePt: sheet.textPt * 0.8, grey: 0.35 })
    line(sheet, letter.doctor_name, { weight: 'bold' })
    line(sheet, text('mmc', { number: letter.doctor_mmc }))
  })
}

const SMALLEST = 0.6
const STEP = 0.93

/** The largest size, from the ordinary one down to 60 %, at which a text ends above the bottom. */
function sizeThatFits(sheet: Sheet, text: string): number {
  const fits = (sizePt: number) => heightOf(sheet, text, { sizePt }) <= sheet.bottom - sheet.y
  let sizePt = sheet.textPt
  while (sizePt > sheet.textPt * SMALLEST && !fits(sizePt)) sizePt *= STEP
  return sizePt
}
