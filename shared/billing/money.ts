const AMOUNT = /^-?(0|[1-9][0-9]*)\.[0-9]{2}$/

/** An amount of RM as it stands on the wire (`"45.00"`) in sen; the schema has checked its shape. */
export function senOf(rm: string): number {
  if (!AMOUNT.test(rm)) throw new RangeError('Not an amount of money')
  const sen = Number(rm.replace('.', ''))
  return sen === 0 ? 0 : sen
}

/** Sen as the wire has them: `4500` is `"45.00"`. */
export function rmOf(sen: number): string {
  const digits = String(Math.abs(sen)).padStart(3, '0')
  return `${sen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

const CASH_STEP_SEN = 5

/** An amount as it can be paid in coins: to the nearest 5 sen (1, 2 down, 3, 4 up), as Bank Negara rounds bills. */
export const roundCash = (sen: number): number => Math.round(sen / CASH_STEP_SEN) * CASH_STEP_SEN

/** Whether coins can make the amount. */
export const isCashAmount = (sen: number): boolean => sen % CASH_STEP_SEN === 0

/** A share of an amount in hundredths of a percent, half a sen up. Exact: products stay far below 2^53. */
export const shareOf = (sen: number, basisPoints: number): number =>
  Math.floor((sen * basisPoints + WHOLE_BP / 2) / WHOLE_BP)

/** All of something in hundredths of a percent. */
export const WHOLE_BP = 10_000

/**
 * Splits an amount over weights so that the parts add up to it exactly: each gets its share rounded down, and the sen
 * left over go to the largest remainders, the first of equals. No part is more than its weight when the amount is not
 * more than their sum.
 */
export function allocate(sen: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum === 0) return weights.map(() => 0)
  const exact = weights.map((weight) => BigInt(sen) * BigInt(weight))
  const whole = BigInt(sum)
  const parts = exact.map((product) => Number(product / whole))
  const order = exact
    .map((product, at) => ({ at, rest: product % whole }))
    .sort((a, b) => (a.rest === b.rest ? a.at - b.at : a.rest > b.rest ? -1 : 1))
  const left = sen - parts.reduce((total, part) => total + part, 0)
  for (const { at } of order.slice(0, left)) parts[at] = (parts[at] ?? 0) + 1
  return parts
}
