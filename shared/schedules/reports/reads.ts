import { reading } from '../../db/transaction.ts'
import type { Deps } from '../../deps.ts'
import { AppError } from '../../errors/app-error.ts'
import type { Principal } from '../../rights/permissions.ts'
import { findReportSchedule, listReportSchedules, type ReportScheduleRow } from './repository.ts'
import type { ReportSchedule } from './schema.ts'
import { viewReportSchedule } from './view.ts'

type ReadDeps = Pick<Deps, 'db' | 'clock' | 'config'>

/** Whether somebody sees and changes what others have made by themselves. */
export const seesAll = ({ permissions }: Principal): boolean => permissions.has('reports.all')

/** One's own, and for those who may have every report those of the others; somebody else's is not there. */
export function assertVisible(row: ReportScheduleRow | undefined, who: Principal): ReportScheduleRow {
  if (row === undefined || (row.owner_id !== who.userId && !seesAll(who))) throw new AppError('not-found')
  return row
}

/** What is made by itself: one's own; everybody's for those who may have every report. */
export async function getReportSchedules(
  deps: ReadDeps,
  who: Principal,
): Promise<{ data: ReportSchedule[] }> {
  const rows = await reading(listReportSchedules(deps.db, seesAll(who) ? undefined : who.userId))
  const now = deps.clock.now()
  return { data: rows.map((row) => viewReportSchedule(row, now, deps.config.TZ_CLINIC)) }
}

/** One of them; throws `not-found`. */
export async function getReportSchedule(
  deps: ReadDeps,
  name: string,
  who: Principal,
): Promise<ReportSchedule> {
  const row = assertVisible(await reading(findReportSchedule(deps.db, name)), who)
  return viewReportSchedule(row, deps.clock.now(), deps.config.TZ_CLINIC)
}
