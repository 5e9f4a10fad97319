import type { Deps } from '../../deps.ts'
import { AppError, type FieldFault } from '../../errors/app-error.ts'
import type { OperationRow } from '../../operations/repository.ts'
import { clinicDay } from '../../units/dates.ts'
import type { Strictness } from '../../units/judgement.ts'
import type { ImportField } from '../field.ts'
import { importKind } from '../kinds.ts'
import { importOptions } from '../schema.ts'
import { isRowProblem, type KeptRow, mend } from './change.ts'
import { type Reading, readingOf } from './reading.ts'
import { firstOf } from './reads.ts'
import type { AgainFix, FixPreview, GroupFix } from './schema.ts'

const SHOWN_ROWS = 5

/** How strictly an import reads its rows. */
export const strictnessOf = (operation: Pick<OperationRow, 'params'>): Strictness =>
  importOptions.parse(operation.params.options ?? {}).strictness

/**
 * Refuses fixes that cannot be carried out: of a field that the kind has not or that comes from no column, of rows that
 * cannot be read, two for one group. Throws `rule/broken` naming each.
 */
export function assertFeasible(fixes: readonly GroupFix[], reading: Reading, strictness: Strictness): void {
  const { fields, leastNeeded } = importKind(reading.kind)
  const isNeeded = ({ name, required }: ImportField, read: Strictness) =>
    read === 'lenient' ? leastNeeded.includes(name) : required
  const faults: FieldFault[] = []
  const seen = new Set<string>()
  for (const [at, fix] of fixes.entries()) {
    const fault = (message: string) => faults.push({ path: `fixes.${at}`, message })
    const group = `${fix.code} ${fix.column ?? ''}`
    if (seen.has(group)) fault('There are two fixes for this group.')
    seen.add(group)
    if ('skip' in fix) continue
    if (isRowProblem(fix.code)) fault('Rows that cannot be read are skipped, or mended in a file.')
    if (fix.change === undefined) continue
    const name = fix.field ?? fix.column ?? ''
    const field = fields.find((each) => each.name === name)
    if (field === undefined) fault('There is no such field.')
    else if (reading.placesOf(name).length === 0) fault('No column of the file gives this field.')
    else if (fix.change.to === 'empty' && isNeeded(field, fix.strictness ?? strictness))
      fault('This field is needed.')
  }
  if (faults.length > 0)
    throw new AppError('rule/broken', {
      detail: faults.map(({ message }) => message).join(' '),
      errors: faults,
    })
}

function show(kept: KeptRow, fix: GroupFix, fixes: readonly AgainFix[], reading: Reading, base: Base) {
  const place = { row: kept.row, line: kept.line, code: fix.code, column: fix.column }
  if ('skip' in fix) return { ...place, changes: [], becomes: 'skipped' as const, problems: [] }
  const mended = mend(kept, fixes, reading)
  if (mended === null)
    return { ...place, changes: [], becomes: 'refused' as const, problems: [...kept.problems] }
  const strictness = fix.strictness ?? base.strictness
  const judged = importKind(reading.kind).judge(reading.toFields(mended.cells), {
    ...{ strictness, todayOn: base.todayOn, nowMs: base.nowMs, isPartial: reading.isPartial },
  })
  const problems = 'problems' in judged ? judged.problems : []
  const becomes = problems.length > 0 ? ('refused' as const) : ('tried' as const)
  return { ...place, changes: mended.changes, becomes, problems }
}

interface Base {
  strictness: Strictness
  todayOn: string
  nowMs: number
}

/** How the first rows of each group would look; nothing is written. Throws as {@link assertFeasible}. */
export async function previewFixes(
  deps: Pick<Deps, 'db' | 'clock'>,
  operation: OperationRow,
  fixes: readonly GroupFix[],
): Promise<FixPreview> {
  const reading = await readingOf(deps, operation)
  const strictness = strictnessOf(operation)
  assertFeasible(fixes, reading, strictness)
  const nowMs = deps.clock.now().getTime()
  const base: Base = { strictness, todayOn: clinicDay(nowMs), nowMs }
  const again = fixes.filter((fix): fix is AgainFix => !('skip' in fix))
  const rows: FixPreview['rows'] = []
  for (const fix of fixes)
    for (const kept of await firstOf(deps.db, operation.no, fix, SHOWN_ROWS))
      rows.push(show(kept, fix, again, reading, base))
  return { rows }
}
