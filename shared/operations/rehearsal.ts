import type { OperationRow } from './repository.ts'

type Options = Record<string, unknown> & { dryRun?: unknown }

const optionsOf = (row: Pick<OperationRow, 'params'>): Options => (row.params.options ?? {}) as Options

/** Whether an import only counts what it would write; its maker then decides. */
export const isRehearsal = (row: Pick<OperationRow, 'type' | 'params'>): boolean =>
  row.type === 'import' && optionsOf(row).dryRun === true

/** What the import itself is asked with after its rehearsal: all the same choices, and which rehearsal it was. */
export function paramsAfterRehearsal(row: Pick<OperationRow, 'id' | 'params'>): Record<string, unknown> {
  return { ...row.params, options: { ...optionsOf(row), dryRun: false }, rehearsal: row.id }
}
