import type { Db } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { isRowId } from '../units/ids.ts'
import { familiesOf, findFamily, viewFamilies } from './repository.ts'
import type { Family } from './schema.ts'

type ReadDeps = Pick<Deps, 'db'>

/** A family as it is in the database; throws `not-found`. */
export async function presentFamily(db: Db, id: string): Promise<Family> {
  const row = isRowId(id) ? await findFamily(db, id) : undefined
  const [family] = row === undefined ? [] : await viewFamilies(db, [row])
  if (family === undefined) throw new AppError('not-found')
  return family
}

/**
 * One family; throws `not-found`. Not cached: it shows names of patients, and two look-ups by index cost less than
 * making all families old with every change of a name.
 */
export const getFamily = (deps: ReadDeps, id: string): Promise<Family> => presentFamily(deps.db, id)

/** The families of a patient. */
export async function getFamiliesOf(deps: ReadDeps, patientId: string): Promise<{ data: Family[] }> {
  return { data: await viewFamilies(deps.db, await familiesOf(deps.db, patientId)) }
}
