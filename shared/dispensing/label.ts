import type { Clinic } from '../documents/head.ts'
import { drawDocument, mm, type Sheet } from '../documents/sheet.ts'
import { shownDay } from '../documents/words.ts'
import { gap, line, paragraph, row, rule } from '../documents/write.ts'
import { clinicDay } from '../units/dates.ts'
import type { DispensingItem } from './schema.ts'

const SMALL = 0.85
const MALAY = 1.1
/** Size of the text for so many characters at most: a crowded label is written smaller, and keeps every word. */
const SIZES: readonly (readonly [characters: number, size: number])[] = [
  [240, 1],
  [320, 0.88],
  [440, 0.76],
]
const SMALLEST = 0.64
const WARNING = 'Ubat terkawal · Jauhi daripada kanak-kanak  /  Keep out of reach of children'
const COMMON = 'Jauhi daripada kanak-kanak  /  Keep out of reach of children'

function sizeFor({ description, instructions, note }: DispensingItem): number {
  const characters =
    description.length + instructions.ms.length + instructions.en.length + (note?.length ?? 0)
  return SIZES.find(([most]) => characters <= most)?.[1] ?? SMALLEST
}

function draw(sheet: Sheet, item: DispensingItem, clinic: Clinic, day: string): void {
  const { textPt } = sheet
  const small = { sizePt: textPt * SMALL }
  const body = textPt * sizeFor(item)
  const phone = clinic['clinic.phone'] === '' ? '' : ` · ${clinic['clinic.phone']}`
  line(sheet, `${clinic['clinic.name']}${phone}`, { weight: 'bold', align: 'center' })
  if (clinic['clinic.address'] !== '')
    line(sheet, clinic['clinic.address'].replace(/\s*\n\s*/g, ', '), { ...small, align: 'center' })
  rule(sheet)
  row(sheet, [
    { text: item.patient.name, part: 3, weight: 'bold' },
    { text: shownDay(day, 'ms'), part: 1, align: 'right', ...small },
  ])
  // strength and form end the name of a medicine: it wraps, and is never cut as a line would be
  paragraph(sheet, `${item.quantity} × ${item.description}`, { weight: 'bold', sizePt: body, maxLines: 4 })
  gap(sheet, 0.2)
  paragraph(sheet, item.instructions.ms, { weight: 'bold', sizePt: body * MALAY, maxLines: 4 })
  paragraph(sheet, item.instructions.en, { sizePt: body, maxLines: 4 })
  if (item.note !== null) paragraph(sheet, item.note, { sizePt: body * SMALL, maxLines: 3 })
  sheet.y = Math.max(sheet.y, sheet.bottom - mm(4.5))
  rule(sheet)
  line(sheet, item.psychotropic ? WARNING : COMMON, { sizePt: textPt * 0.75, align: 'center' })
}

/** The label of a line, 85×55 mm, Malay and English. */
export function drawLabel(item: DispensingItem, clinic: Clinic): NodeJS.ReadableStream {
  const madeAt = new Date(item.times.handedOverAt ?? item.times.preparedAt ?? item.times.orderedAt ?? 0)
  const options = { paper: 'label85x55', title: 'Label', language: 'ms', madeAt } as const
  return drawDocument(options, (sheet) => draw(sheet, item, clinic, clinicDay(madeAt)))
}
