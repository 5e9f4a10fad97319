import { MAX_LOGO_BYTES } from '../../../../shared/settings/schema.ts'

/** Longest side of a logo on paper at 300 dots an inch, with room to spare. */
const MOST_PX = 480
const QUALITIES = [0.92, 0.85, 0.75, 0.6, 0.45]
const WHITE = '#ffffff'

/**
 * A picture file as a JPEG on white that print-outs take, in base64: whatever its size, and with its transparency
 * gone. Null when the browser cannot read it as a picture.
 */
export async function printableOf(file: File): Promise<string | null> {
  const picture = await createImageBitmap(file).catch(() => null)
  if (picture === null) return null
  const scale = Math.min(1, MOST_PX / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const pen = canvas.getContext('2d')
  if (pen === null) return null
  pen.fillStyle = WHITE
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  for (const quality of QUALITIES) {
    const base64 = canvas.toDataURL('image/jpeg', quality).split(',')[1] ?? ''
    if ((base64.length * 3) / 4 <= MAX_LOGO_BYTES) return base64
  }
  return null
}
