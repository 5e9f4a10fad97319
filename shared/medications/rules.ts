/** A price in RM as people write it: at most two decimals, no sign. */
export const PRICE = /^(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?$/

const SEN_PER_RM = 100
const DECIMALS = 2

/** Sen of a price in RM: `"4.5"` → 450. Reads digits, so that no binary fraction is ever in between. */
export function senOf(price: string): number {
  const [whole = '0', part = ''] = price.split('.')
  return Number(whole) * SEN_PER_RM + Number(part.padEnd(DECIMALS, '0').slice(0, DECIMALS))
}

/** A price in RM as it stands on the wire: 450 → `"4.50"`. */
export function rmOf(sen: number): string {
  const whole = Math.trunc(Math.abs(sen) / SEN_PER_RM)
  const part = String(Math.abs(sen) % SEN_PER_RM).padStart(DECIMALS, '0')
  return `${sen < 0 ? '-' : ''}${whole}.${part}`
}
