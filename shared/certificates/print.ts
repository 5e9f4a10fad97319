import type { Deps } from '../deps.ts'
import { signatureOnPaper } from '../doctors/reads.ts'
import { qrCode } from '../documents/code.ts'
import { type Clinic, clinicHead, heading } from '../documents/head.ts'
import { drawDocument, mm, type Sheet } from '../documents/sheet.ts'
import { type Language, shownDay, textsIn } from '../documents/words.ts'
import { field, gap, line, paragraph, row } from '../documents/write.ts'
import { clinicNumber } from '../patients/reads.ts'
import { clinicOnPaper } from '../settings/reads.ts'
import { fromSqlUtc } from '../units/clock.ts'
import { presentKey } from './keys.ts'
import type { CertificateRow } from './repository.ts'
import { daysOf } from './rules.ts'
import type { PrintQuery } from './schema.ts'
import { CERTIFICATE_TEXTS } from './texts.ts'
import { codeOf } from './view.ts'

type Text = ReturnType<typeof textsIn<keyof typeof CERTIFICATE_TEXTS>>

const CODE_MM = 34
const FOOT_MM = 46
const SIGNATURE_MM = 13

/** The days in one line: one day is said as one day. */
function periodOf(certificate: CertificateRow, language: Language, text: Text): string {
  const { from_on: from, to_on: to } = certificate
  const days = daysOf(from, to)
  const values = { from: shownDay(from, language), to: shownDay(to, language), days: String(days) }
  return text(days === 1 ? 'oneDay' : 'manyDays', values)
}

/** What stands at the foot of a certificate. */
interface Foot {
  certificate: CertificateRow
  url: string
  keyId: string
  signature: Buffer | null
}

/** QR code on the left, the doctor's signature (or a line to sign on) and name at the right, at the foot of the page. */
function foot(sheet: Sheet, { certificate, url, keyId, signature }: Foot, text: Text): void {
  const size = mm(CODE_MM)
  const top = sheet.bottom - mm(FOOT_MM)
  qrCode(sheet, url, { left: sheet.left, top, sizePt: size })
  const right: Sheet = { ...sheet, left: sheet.left + size + mm(12), y: top + mm(14) }
  const { pdf } = sheet
  if (signature !== null)
    pdf.image(signature, right.left, right.y - mm(SIGNATURE_MM + 0.5), {
      fit: [right.right - right.left, mm(SIGNATURE_MM)],
      align: 'center',
      valign: 'bottom',
    })
  pdf
    .moveTo(right.left, right.y)
    .lineTo(right.right, right.y)
    .lineWidth(0.6)
    .strokeColor([60, 60, 60])
    .stroke()
  right.y += mm(1)
  line(right, text('signature'), { sizePt: sheet.textPt * 0.8, grey: 0.35 })
  paragraph(right, certificate.doctor_name, { weight: 'bold', maxLines: 2 })
  line(right, text('mmc', { number: certificate.doctor_mmc }))
  sheet.y = top + size + mm(1.5)
  line(sheet, text('verify', { key: keyId }), { sizePt: sheet.textPt * 0.75, grey: 0.35 })
  line(sheet, text('notForCourt'), { sizePt: sheet.textPt * 0.8 })
}

/** Says across the page that the paper is worth nothing. */
function voidMark(sheet: Sheet, text: string): void {
  const { pdf } = sheet
  const centre = [(sheet.left + sheet.right) / 2, (sheet.top + sheet.bottom) / 2] as const
  pdf
    .save()
    .rotate(-30, { origin: [...centre] })
    .fillOpacity(0.25)
  const mark: Sheet = { ...sheet, y: centre[1] - mm(14) }
  line(mark, text, { sizePt: mm(24), weight: 'bold', align: 'center', grey: 0.2 })
  pdf.restore().fillOpacity(1)
}

/** A certificate on paper; `origin` is where its code can be looked up. One that is void says so across the page. */
export async function printCertificate(
  deps: Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'config'>,
  certificate: CertificateRow,
  { language, paper }: PrintQuery,
  origin: string,
): Promise<NodeJS.ReadableStream> {
  const clinic: Clinic = await clinicOnPaper(deps)
  const text = textsIn(CERTIFICATE_TEXTS, language)
  const signature = await signatureOnPaper(deps, certificate)
  const url = `${origin}/verify/${codeOf(deps, certificate)}`
  const madeAt = new Date(fromSqlUtc(certificate.issued_at) ?? 0)
  return drawDocument({ paper, title: certificate.number, language, madeAt }, (sheet) => {
    clinicHead(sheet, clinic, language)
    heading(sheet, text('title'))
    row(sheet, [
      { text: `${text('number')} ${certificate.number}`, part: 1, weight: 'bold' },
      { text: `${text('date')}: ${shownDay(certificate.issued_on, language)}`, part: 1, align: 'right' },
    ])
    gap(sheet, 0.6)
    paragraph(sheet, text('certified'))
    gap(sheet, 0.6)
    field(sheet, text('name'), certificate.patient_name, { weight: 'bold', maxLines: 5 })
    if (certificate.patient_id_number !== null) field(sheet, text('idNumber'), certificate.patient_id_number)
    field(sheet, text('clinicNumber'), clinicNumber(certificate.patient_id))
    gap(sheet, 0.4)
    field(sheet, text('period'), periodOf(certificate, language, text), { weight: 'bold', maxLines: 2 })
    foot(sheet, { certificate, url, keyId: presentKey(deps).id, signature }, text)
    if (certificate.status === 'void') voidMark(sheet, text('void'))
  })
}
