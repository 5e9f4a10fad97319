import { shareOf } from '../billing/rules.ts'

/** Who stands behind a panel. */
export const PANEL_KINDS = ['company', 'insurer'] as const
/** One of {@link PANEL_KINDS}. */
export type PanelKind = (typeof PANEL_KINDS)[number]

/** What a panel pays of a bill; money in sen, null: no such limit. */
export interface Coverage {
  /** Hundredths of a percent of what is left after the copay. */
  percentBp: number
  /** What the patient always pays first. */
  copaySen: number
  visitCapSen: number | null
  /** For one patient in a calendar year. */
  yearLimitSen: number | null
}

/**
 * The panel's share of a bill of `totalSen`, when it has paid `usedSen` for this patient this year already. Half a sen
 * goes to the patient's good; the share is never negative and never more than the total.
 */
export function panelShare(totalSen: number, rule: Coverage, usedSen: number): number {
  const covered = Math.max(0, totalSen - rule.copaySen)
  const share = shareOf(covered, rule.percentBp)
  const left = rule.yearLimitSen === null ? share : Math.max(0, rule.yearLimitSen - usedSen)
  return Math.min(share, rule.visitCapSen ?? share, left)
}
