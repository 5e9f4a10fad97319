const MONTHS = 12

/** A month and those before it, the newest first, as `YYYY-MM`. */
export function monthsUpTo(month: string, count: number): string[] {
  const last = Number(month.slice(0, 4)) * MONTHS + Number(month.slice(5, 7)) - 1
  return Array.from({ length: count }, (_, back) => {
    const number = last - back
    return `${Math.floor(number / MONTHS)}-${String((number % MONTHS) + 1).padStart(2, '0')}`
  })
}
