import type { Deps } from '../../shared/deps.ts'
import { doctorOfUser } from '../../shared/doctors/reads.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import type { Permission } from '../../shared/rights/permissions.ts'
import type { Access, Call } from '../http/route.ts'
import { principalOf } from '../http/who.ts'

/** Who may look at appointments; doctors at their own. */
export const READERS: Access = { anyOf: ['appointments.view', 'appointments.own'] }
/** Who may book and change them; doctors their own. */
export const WRITERS: Access = { anyOf: ['appointments.write', 'appointments.own'] }

/** The only doctor whose appointments this person may see or touch, or null for everybody's. */
async function ownOnly(deps: Deps, call: Call, all: Permission): Promise<string | null> {
  const principal = principalOf(call)
  if (principal.permissions.has(all)) return null
  const doctor = await doctorOfUser(deps, principal.userId)
  if (doctor === null) throw new AppError('auth/forbidden')
  return doctor.id
}

export const seesOnly = (deps: Deps, call: Call): Promise<string | null> =>
  ownOnly(deps, call, 'appointments.view')
export const writesOnly = (deps: Deps, call: Call): Promise<string | null> =>
  ownOnly(deps, call, 'appointments.write')
