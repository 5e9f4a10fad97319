import { mm, type Sheet } from './sheet.ts'
import { COMMON, type Language, textsIn } from './words.ts'
import { gap, line, paragraph, rule } from './write.ts'

/** What of the clinic's settings stands at the head of a print-out; all of them together will do. */
export interface Clinic {
  'clinic.name': string
  'clinic.address': string
  'clinic.phone': string
  'clinic.registration': string
  /** JPEG or PNG in base64, or nothing. */
  'clinic.logo': string
}

const LOGO_MM = { A4: 18, A5: 14, roll80: 12, label85x55: 0 } as const

/** The clinic's logo on the left, or in the middle of a roll; answers how much room it took there. */
function logo(sheet: Sheet, data: string): number {
  const size = mm(LOGO_MM[sheet.paper])
  if (data === '' || size === 0) return 0
  const isRoll = sheet.paper === 'roll80'
  const x = isRoll ? (sheet.left + sheet.right - size) / 2 : sheet.left
  sheet.pdf.image(Buffer.from(data, 'base64'), x, sheet.y, { fit: [size, size] })
  if (isRoll) sheet.y += size + mm(1)
  return isRoll ? 0 : size
}

/** Name, address, telephone and registration of the clinic, with its logo if there is one, and a rule below. */
export function clinicHead(sheet: Sheet, clinic: Clinic, language: Language): void {
  const text = textsIn(COMMON, language)
  const top = sheet.y
  const taken = logo(sheet, clinic['clinic.logo'])
  const indentPt = taken === 0 ? 0 : taken + mm(4)
  const align = taken === 0 ? 'center' : 'left'
  const small = { sizePt: sheet.textPt * 0.85, align, indentPt } as const
  paragraph(sheet, clinic['clinic.name'], {
    sizePt: sheet.textPt * 1.35,
    weight: 'bold',
    maxLines: 2,
    align,
    indentPt,
  })
  // typed as lines by some and as one line by others
  if (clinic['clinic.address'] !== '') paragraph(sheet, clinic['clinic.address'], { ...small, maxLines: 3 })
  const rest = [
    ['phone', clinic['clinic.phone']],
    ['registration', clinic['clinic.registration']],
  ] as const
  const said = rest.filter(([, value]) => value !== '').map(([key, value]) => `${text(key)} ${value}`)
  if (said.length > 0) paragraph(sheet, said.join('  ·  '), { ...small, maxLines: 2 })
  sheet.y = Math.max(sheet.y, top + taken)
  rule(sheet)
}

/** The name of the document itself, under the head. */
export function heading(sheet: Sheet, title: string): void {
  line(sheet, title, { sizePt: sheet.textPt * 1.25, weight: 'bold', align: 'center' })
  gap(sheet, 0.4)
}
