import { AppError } from '../../shared/errors/app-error.ts'
import { exportRequest } from '../../shared/exports/schema.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { mayExport } from '../../shared/rights/results.ts'
import { principalNow } from '../../shared/users/reads.ts'
import type { Processor, Run } from '../runtime/context.ts'
import { writePatientFile } from './patient-file/write.ts'
import { writeTable } from './table.ts'

/** Who asked, as he stands now: who may not export any more gets nothing. Null for the system itself. */
async function askerOf(run: Run, kind: string): Promise<Principal | null> {
  if (run.row.created_by === null) return null
  const asker = await principalNow(run.deps, run.row.created_by)
  if (asker === null || !mayExport(asker, kind)) throw new AppError('auth/forbidden')
  return asker
}

/** Job `exports.run`: a table of records, or one patient's whole file. */
export const runExport: Processor = async (run) => {
  const { kind, params } = run.row
  const ask = exportRequest.parse({ kind, ...params })
  const asker = await askerOf(run, ask.kind)
  if (ask.kind === 'patient-file') await writePatientFile(run, ask, asker)
  else await writeTable(run, ask, asker)
}
