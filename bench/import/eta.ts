import type { OperationRow } from '../../shared/operations/repository.ts'
import { viewOperation } from '../../shared/operations/view.ts'
import type { Figure } from '../lib/report.ts'

const LOOKED_AT = [10, 50, 90] as const
/** How far what is said to be left may be from what was left, as a share of that. */
const MOST_OFF = 0.2

/** What an operation said to be left when it was so far, and what was left then; s. */
export interface Said {
  percent: number
  etaS: number
  atS: number
}

/** Looks at what an operation says of its own end while it runs. */
export class EtaWatch {
  readonly #startedAt = performance.now()
  readonly #said: Said[] = []

  look(row: OperationRow): void {
    const { percent, etaSeconds } = viewOperation(row).progress
    const next = LOOKED_AT[this.#said.length]
    if (row.phase !== 'rows' || next === undefined || etaSeconds === null || percent < next) return
    this.#said.push({ percent, etaS: etaSeconds, atS: (performance.now() - this.#startedAt) / 1000 })
  }

  /** Shares of what was left that were said, by percent; `tookS` as measured. */
  sharesOf(tookS: number): { percent: number; share: number; leftS: number }[] {
    return this.#said.map(({ percent, etaS, atS }) => ({
      ...{ percent, share: etaS / (tookS - atS), leftS: tookS - atS },
    }))
  }
}

type Shares = ReturnType<EtaWatch['sharesOf']>

/** By how much the end that was said was off, the worst of some imports; whole seconds are not asked of the last ones. */
export function etaFigures(imports: readonly Shares[]): Figure[] {
  return LOOKED_AT.slice(0, 2).map((percent, at) => ({
    name: `end said at ${percent} %, off by`,
    measured: Math.max(...imports.map((shares) => Math.abs((shares[at]?.share ?? 0) - 1))),
    limit: MOST_OFF,
    unit: 'share',
  }))
}
