import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { definitionOf } from './definitions.ts'
import { findSchedule, listSchedules, type ScheduleRow } from './repository.ts'
import type { Schedule } from './schema.ts'
import { viewSchedule } from './view.ts'

type ReadDeps = Pick<Deps, 'db' | 'clock' | 'config'>

/** Schedules of this version that stand in the database, by name. */
export const knownSchedules = async (deps: Pick<Deps, 'db'>): Promise<ScheduleRow[]> =>
  (await reading(listSchedules(deps.db))).filter(({ name }) => definitionOf(name) !== undefined)

/** Everything that happens by itself, by name. */
export async function getSchedules(deps: ReadDeps): Promise<{ data: Schedule[] }> {
  const now = deps.clock.now()
  const rows = await knownSchedules(deps)
  return { data: rows.map((row) => viewSchedule(row, now, deps.config.TZ_CLINIC)) }
}

/** One schedule; throws `not-found`. */
export async function getSchedule(deps: ReadDeps, name: string): Promise<Schedule> {
  const row = definitionOf(name) === undefined ? undefined : await reading(findSchedule(deps.db, name))
  if (row === undefined) throw new AppError('not-found')
  return viewSchedule(row, deps.clock.now(), deps.config.TZ_CLINIC)
}
