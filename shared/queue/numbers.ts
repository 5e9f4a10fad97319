/** How the tickets of a series look: `A001` is series `A` with at least three digits. */
export interface TicketFormat {
  series: string
  digits: number
}

/** Reads the setting of the format; its definition has checked the shape. */
export function readFormat(format: string): TicketFormat {
  const [, series = '', zeros = ''] = /^([A-Z]{0,3}-?)([0-9]+)$/.exec(format) ?? []
  return { series, digits: zeros.length }
}
