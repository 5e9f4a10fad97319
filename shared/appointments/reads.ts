import { type Cached, cachedList } from '../cache/read-cache.ts'
import type { Deps } from '../deps.ts'
import { activeDoctor } from '../doctors/reads.ts'
import { AppError } from '../errors/app-error.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { addDays, clinicDay, clinicDayStart } from '../units/dates.ts'
import { isRowId } from '../units/ids.ts'
import {
  type AppointmentFilter,
  countAppointments,
  findAppointment,
  listAppointments,
  takenSlots,
} from './repository.ts'
import { freeStarts } from './rules.ts'
import type { Appointment, AppointmentList, AppointmentQuery, FreeQuery, FreeTimes } from './schema.ts'
import { viewAppointment } from './view.ts'

/** Name of the domain in the cache. */
export const APPOINTMENTS = 'appointments'

const LIST_TTL_S = 60
const MOST_ROWS = 2000
const MOST_DAYS = 92
const YEAR_DAYS = 366
const DAY_MS = 86_400_000

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'clock'>

/** First and last day that a question is about; throws `request/invalid` for too many. */
function daysOf(query: AppointmentQuery, today: string): { from: string; to: string } {
  if (query.from !== undefined && query.to !== undefined) {
    const days = (Date.parse(query.to) - Date.parse(query.from)) / DAY_MS + 1
    if (days < 1 || days > MOST_DAYS)
      throw new AppError('request/invalid', {
        errors: [{ path: 'to', message: `Must be from 1 to ${MOST_DAYS} days` }],
      })
    return { from: query.from, to: query.to }
  }
  if (query.day === undefined && query.patient !== undefined) {
    return { from: addDays(today, -YEAR_DAYS), to: addDays(today, YEAR_DAYS) }
  }
  const day = query.day ?? today
  return { from: day, to: day }
}

/** The appointments of some days, by their times; from the cache, which every change makes old. */
export async function getAppointments(deps: ReadDeps, query: AppointmentQuery): Promise<Cached> {
  const { from, to } = daysOf(query, clinicDay(deps.clock.now()))
  const statuses = query.status === undefined ? undefined : [...new Set(query.status)].sort()
  const key = JSON.stringify([from, to, query.doctor, query.patient, statuses])
  const filter: AppointmentFilter = {
    from: toSqlUtc(clinicDayStart(from)),
    before: toSqlUtc(clinicDayStart(addDays(to, 1))),
    doctorId: query.doctor,
    patientId: query.patient,
    statuses,
  }
  return cachedList(deps, { domain: APPOINTMENTS, variant: 'all-2', key, ttlS: LIST_TTL_S }, async () => {
    const rows = await listAppointments(deps.db, filter, MOST_ROWS + 1)
    const more = rows.length > MOST_ROWS
    const total = more ? await countAppointments(deps.db, filter) : rows.length
    const data = rows.slice(0, MOST_ROWS).map(viewAppointment)
    return { data, meta: { from, to, total, more } } satisfies AppointmentList
  })
}

/** One appointment as it is in the database; throws `not-found`. */
export async function getAppointment(deps: Pick<Deps, 'db'>, id: string): Promise<Appointment> {
  const row = isRowId(id) ? await findAppointment(deps.db, id) : undefined
  if (row === undefined) throw new AppError('not-found')
  return viewAppointment(row)
}

/** When a doctor has time on a day; nobody's data. Booking decides: what is free here may be taken by then. */
export async function getFreeTimes(deps: ReadDeps, query: FreeQuery): Promise<FreeTimes> {
  const doctor = await activeDoctor(deps, query.doctor, 'doctor')
  const settings = await settingsOf(deps)
  const [first, before] = [query.day, addDays(query.day, 1)].map((day) => toSqlUtc(clinicDayStart(day))) as [
    string,
    string,
  ]
  const taken = await takenSlots(deps.db, doctor.id, first, before)
  const free = freeStarts(
    { day: query.day, minutes: query.minutes, stepMin: query.step ?? query.minutes },
    doctor.workingHours,
    settings['clinic.holidays'],
    new Set(taken.map((slot) => Date.parse(`${slot.replace(' ', 'T')}Z`))),
    deps.clock.now(),
  )
  return { data: free.map((each) => each.toISOString()) }
}
