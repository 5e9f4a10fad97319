import { AppError } from '../../shared/errors/app-error.ts'
import { stateConflict } from '../../shared/operations/commands.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import type { Permission, Principal } from '../../shared/rights/permissions.ts'
import { mayExport, reportRight } from '../../shared/rights/results.ts'

/** Who may ask for a kind of import. */
export const IMPORTERS: readonly Permission[] = ['imports.all', 'imports.patients', 'imports.medications']

/** Kinds that somebody may import who may not import everything. */
const OWN_RIGHT: Partial<Record<string, Permission>> = {
  patients: 'imports.patients',
  medications: 'imports.medications',
}

/** Whether a person may import that kind. */
export function mayImport(principal: Principal, kind: string): boolean {
  const own = OWN_RIGHT[kind]
  return principal.permissions.has('imports.all') || (own !== undefined && principal.permissions.has(own))
}

/** Refuses a person who may not import that kind. */
export function assertMayImport(principal: Principal, kind: string): void {
  if (!mayImport(principal, kind)) throw new AppError('auth/forbidden')
}

/** Refuses a person who may not export that kind. */
export function assertMayExport(principal: Principal, kind: string): void {
  if (!mayExport(principal, kind)) throw new AppError('auth/forbidden')
}

/** Refuses a person who may not have that report. */
export function assertMayReport(principal: Principal, report: string): void {
  if (reportRight(principal, report) === undefined) throw new AppError('auth/forbidden')
}

/** Refuses to take back what changed nothing. */
export function assertUndoable(operation: OperationRow): void {
  if (operation.type !== 'import') throw stateConflict(operation, 'undone')
}

const UPKEEP: Partial<Record<string, Permission>> = {
  backup: 'backups.run',
  proof: 'backups.run',
  maintenance: 'maintenance.run',
}

/** Refuses a person who may not ask for that kind of upkeep. */
function assertMayKeepUp(principal: Principal, type: string): void {
  const needed = UPKEEP[type]
  if (needed === undefined || !principal.permissions.has(needed)) throw new AppError('auth/forbidden')
}

/** Refuses a change of an operation by somebody who may not (or no longer may) ask for such work himself. */
export function assertMayChange(principal: Principal, operation: OperationRow): void {
  const kind = operation.kind ?? ''
  if (operation.type === 'import') assertMayImport(principal, kind)
  else if (operation.type === 'export') assertMayExport(principal, kind)
  else if (operation.type in UPKEEP) assertMayKeepUp(principal, operation.type)
  else assertMayReport(principal, kind)
}
