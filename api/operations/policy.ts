import { AppError } from '../../shared/errors/app-error.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import type { Permission, Principal } from '../../shared/rights/permissions.ts'

/** Who may ask for a kind of import. */
export const IMPORTERS: readonly Permission[] = ['imports.all', 'imports.patients']

/** Refuses a person who may not import that kind. */
export function assertMayImport(principal: Principal, kind: string): void {
  const needed: Permission = kind === 'patients' ? 'imports.patients' : 'imports.all'
  if (!principal.permissions.has(needed) && !principal.permissions.has('imports.all')) {
    throw new AppError('auth/forbidden')
  }
}

/** Refuses a change of an operation by somebody who may not (or no longer may) ask for such work himself. */
export function assertMayChange(principal: Principal, operation: OperationRow): void {
  if (operation.type === 'import') assertMayImport(principal, operation.kind ?? '')
}
