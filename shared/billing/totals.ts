import { allocate, shareOf, WHOLE_BP } from './money.ts'
import type { ItemKind } from './rules.ts'

/** A line before discount and tax. */
export interface Line {
  kind: ItemKind
  quantity: number
  unitPriceSen: number
}

/** A discount on a whole bill: so many sen, or hundredths of a percent. */
export interface Discount {
  kind: 'amount' | 'percent'
  value: number
}

/** Which kinds of lines are taxed, in hundredths of a percent. */
export interface Tax {
  basisPoints: number
  kinds: readonly ItemKind[]
}

/** What a line comes to: `amountSen` = quantity × price − its part of the discount + tax. */
export interface LineSums {
  discountSen: number
  sstBp: number
  sstSen: number
  amountSen: number
}

/** What a bill comes to, before cash is rounded: `totalSen` = `subtotalSen` − `discountSen` + `sstSen`. */
export interface Sums {
  lines: LineSums[]
  subtotalSen: number
  discountSen: number
  sstSen: number
  totalSen: number
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** The discount in sen; never more than there is to take it from. */
function discountOf(subtotalSen: number, discount: Discount | null): number {
  if (discount === null) return 0
  if (discount.kind === 'amount') return Math.min(discount.value, subtotalSen)
  return shareOf(subtotalSen, Math.min(discount.value, WHOLE_BP))
}

/**
 * Adds a bill up. The discount is spread over the lines by their amounts, so that each line's tax is on what is really
 * paid for it; tax is rounded on each line, half a sen up. The lines' amounts add up to the total exactly.
 */
export function sumsOf(lines: readonly Line[], discount: Discount | null, tax: Tax): Sums {
  const gross = lines.map(({ quantity, unitPriceSen }) => quantity * unitPriceSen)
  const subtotalSen = sum(gross)
  const discountSen = discountOf(subtotalSen, discount)
  const parts = allocate(discountSen, gross)
  const done = lines.map(({ kind }, at): LineSums => {
    const netSen = (gross[at] ?? 0) - (parts[at] ?? 0)
    const sstBp = tax.kinds.includes(kind) ? tax.basisPoints : 0
    const sstSen = shareOf(netSen, sstBp)
    return { discountSen: parts[at] ?? 0, sstBp, sstSen, amountSen: netSen + sstSen }
  })
  const sstSen = sum(done.map((line) => line.sstSen))
  return { lines: done, subtotalSen, discountSen, sstSen, totalSen: subtotalSen - discountSen + sstSen }
}
