import type { Clinic } from '../documents/head.ts'
import { drawDocument, mm, type Sheet } from '../documents/sheet.ts'
import { shownDay } from '../documents/words.ts'
import { gap, line, paragraph, row, rule } from '../documents/write.ts'
import { clinicDay } from '../units/dates.ts'
import type { DispensingItem } from './schema.ts'

const SMALL = 0.85
const WARNING = 'Ubat terkawal · Jauhi daripada kanak-kanak  /  Keep out of reach of children'
const COMMON = 'Jauhi daripada kanak-kanak  /  Keep out of reach of children'

function draw(sheet: Sheet, item: DispensingItem, clinic: Clinic, day: string): void {
  const { textPt } = sheet
  const small = { sizePt: textPt * SMALL }
  const phone = clinic['clinic.phone'] === '' ? '' : ` · ${clinic['clinic.phone']}`
  line(sheet, `${clinic['clinic.name']}${phone}`, { weight: 'bold', align: 'center' })
  if (clinic['clinic.address'] !== '')
    line(sheet, clinic['clinic.address'].replace(/\s*\n\s*/g, ', '), { ...small, align: 'center' })
  rule(sheet)
  row(sheet, [
    { text: item.patient.name, part: 3, weight: 'bold' },
    { text: shownDay(day, 'ms'), part: 1.3, align: 'right', ...small },
  ])
  row(sheet, [
    { text: item.description, part: 3, weight: 'bold' },
    { text: `${item.quantity} ${item.unit}`, part: 1.3, align: 'right', weight: 'bold' },
  ])
  gap(sheet, 0.3)
  paragraph(sheet, item.instructions.ms, { weight: 'bold', sizePt: textPt * 1.1, maxLines: 3 })
  paragraph(sheet, item.instructions.en, { maxLines: 3 })
  if (item.note !== null) paragraph(sheet, item.note, { ...small, maxLines: 2 })
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
