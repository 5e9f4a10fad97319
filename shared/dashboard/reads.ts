import type { Deps } from '../deps.ts'
import { doctorOfUser, getDoctors } from '../doctors/reads.ts'
import { titlesOf } from '../icd10/reads.ts'
import { clinicDay } from '../units/dates.ts'
import { figuresByDay, figuresOfDay, medicineNames } from './repository.ts'
import type { Dashboard } from './schema.ts'
import { topOf, viewDay, viewMonth } from './view.ts'

/** Nobody has this id: the figures of a doctor's account that belongs to no doctor are all zero. */
const NOBODY = '18446744073709551615'

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'clock'>

/** Whose figures somebody may see: those of the clinic, or his own. */
export type Scope = { whole: true } | { ofUser: string }

function monthOf(day: string): { from: string; to: string } {
  const [year, month] = day.split('-').map(Number) as [number, number]
  return {
    from: `${day.slice(0, 8)}01`,
    to: new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10),
  }
}

async function readDashboard(deps: ReadDeps, day: string, doctorId: string | null): Promise<Dashboard> {
  const range = monthOf(day)
  const [rows, month] = await Promise.all([
    figuresOfDay(deps.db, day, doctorId),
    figuresByDay(deps.db, { measures: ['visits', 'takings', 'new-patients'], ...range, doctorId }),
  ])
  const top = topOf(rows)
  const [medicines, diagnoses, doctors] = await Promise.all([
    medicineNames(
      deps.db,
      top.medicines.map(([id]) => id),
    ),
    titlesOf(
      deps.db,
      top.diagnoses.map(([code]) => code),
    ),
    doctorNames(deps),
  ])
  const isWhole = doctorId === null
  return {
    day,
    doctorId: doctorId === NOBODY ? null : doctorId,
    ...viewDay(rows, { doctors, medicines, diagnoses }, isWhole),
    month: viewMonth(month, range, isWhole),
  }
}

async function doctorNames(deps: ReadDeps): Promise<Map<string, string>> {
  const { data } = JSON.parse((await getDoctors(deps)).json.toString()) as {
    data: { id: string; name: string }[]
  }
  return new Map(data.map(({ id, name }) => [id, name]))
}

/**
 * A day in figures and the days of its month, from the summary: some hundred rows, however many visits there are.
 * Not cached: every move, payment and signature of the clinic changes it, so it would be made anew for nearly every
 * look, and all of those writes would have to say so.
 */
export async function getDashboard(
  deps: ReadDeps,
  asked: string | undefined,
  scope: Scope,
): Promise<Dashboard> {
  const day = asked ?? clinicDay(deps.clock.now())
  const doctorId = 'whole' in scope ? null : ((await doctorOfUser(deps, scope.ofUser))?.id ?? NOBODY)
  return readDashboard(deps, day, doctorId)
}
