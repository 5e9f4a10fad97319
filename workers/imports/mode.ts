import type { ImportOptions } from '../../shared/imports/schema.ts'

/** Whether an import writes all of its rows or none. A rehearsal writes none anyway. */
export const isAllOrNothing = ({ mode, dryRun }: Pick<ImportOptions, 'mode' | 'dryRun'>): boolean =>
  mode === 'all-or-nothing' && !dryRun

/** Rows of a file whose check and import are one run of twice as many. */
export const rowsOfTotal = (total: number, options: ImportOptions): number =>
  isAllOrNothing(options) ? total / 2 : total
