import QRCode from 'qrcode'
import type { Sheet } from './sheet.ts'

export interface CodePlace {
  left: number
  top: number
  sizePt: number
}

/** Draws a QR code as squares of the page itself: sharp on every printer, about 1 ms. Does not move the line. */
export function qrCode(sheet: Sheet, text: string, { left, top, sizePt }: CodePlace): void {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' })
  const unit = sizePt / modules.size
  const { pdf } = sheet
  for (let y = 0; y < modules.size; y++)
    for (let x = 0; x < modules.size; x++) {
      if (!modules.get(y, x)) continue
      // neighbours in one stretch, so that no hair lines show between them
      let end = x + 1
      while (end < modules.size && modules.get(y, end)) end++
      pdf.rect(left + x * unit, top + y * unit, (end - x) * unit, unit)
      x = end
    }
  pdf.fill([0, 0, 0])
}
