import { bookAppointment } from '../../shared/appointments/commands.ts'
import { getFreeTimes } from '../../shared/appointments/reads.ts'
import type { Deps } from '../../shared/deps.ts'
import { loadCommonCodes } from '../../shared/icd10/commands.ts'
import { loadFormulary } from '../../shared/medications/commands.ts'
import { addDays, clinicDay, clinicDayStart } from '../../shared/units/dates.ts'
import { choosePatients } from './demo-patients.ts'
import { setUpClinic } from './demo-setup.ts'
import { fillShelf } from './demo-shelf.ts'
import { type DemoDay, stepsOf } from './demo-steps.ts'
import { DEMO_APPOINTMENTS, DEMO_VISITS, type DemoWho } from './demo-visits.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** How long the morning of the table is. */
const MORNING_MIN = Math.max(...DEMO_VISITS.map(({ came }) => came)) + 2
/** Of the free times of a day, every so many is taken. */
const EVERY = 3

/** A clock that stands where it is put. */
interface WalkingClock {
  at: Date
  now(): Date
}

/** Books what is still to come, each at a time at which its doctor is free; a day that is full gets none. */
async function bookAhead(day: DemoDay, patients: readonly string[]): Promise<void> {
  const { deps, clinic, count } = day
  const today = clinicDay(deps.clock.now())
  for (const [n, { inDays, doctor, reason }] of DEMO_APPOINTMENTS.entries()) {
    const doctorId = clinic.doctors[doctor].id
    const free = await getFreeTimes(deps, { doctor: doctorId, day: addDays(today, inDays), minutes: 15 })
    const later = free.data.filter((start) => Date.parse(start) > deps.clock.now().getTime())
    const start = later[Math.min(n * EVERY, later.length - 1)]
    if (start === undefined) continue
    const input = { patientId: patients[n] as string, doctorId, start, minutes: 15, reason }
    await bookAppointment(deps, input, { who: clinic.staff.desk, own: null })
    count('appointments')
  }
}

/**
 * Fills the clinic's present day: what {@link DEMO_VISITS} tells, each thing at its time of this morning, by the same
 * functions that people's clicks call. Early in the day the same happens in less time, since a ticket belongs to its
 * day. Every run adds a batch of its own. Answers lines about what was made. Throws `CommandFailed` without users.
 */
export async function fillDay(real: Deps): Promise<string[]> {
  const now = real.clock.now()
  const midnight = clinicDayStart(clinicDay(now)).getTime()
  const scale = Math.min(1, (now.getTime() - midnight) / (MORNING_MIN * MINUTE_MS))
  const at = (ago: number) => new Date(Math.floor(now.getTime() - ago * scale * MINUTE_MS))
  const clock: WalkingClock = { at: at(MORNING_MIN - 1), now: () => clock.at }
  const deps: Deps = { ...real, clock }

  await loadFormulary(deps)
  await loadCommonCodes(deps)
  const clinic = await setUpClinic(deps)
  const { medicines, batches } = await fillShelf(deps, clinic.staff.dispenser)
  const kinds: DemoWho[] = [
    ...DEMO_VISITS.map(({ who }) => who),
    ...DEMO_APPOINTMENTS.map(() => 'adult' as const),
  ]
  const { ids, registered } = await choosePatients(deps, kinds, clinic.staff.desk)

  const counts = new Map<string, number>([
    ['batches of medicines', batches],
    ['patients registered', registered],
  ])
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)
  const day: DemoDay = { deps, clinic, medicines, at, count }
  const steps = DEMO_VISITS.flatMap((visit, n) => stepsOf(day, visit, ids[n] as string))
  for (const { ago, run } of steps.sort((a, b) => (a.ago === b.ago ? 0 : b.ago - a.ago))) {
    // what has no time today was agreed upon yesterday
    clock.at = Number.isFinite(ago) ? at(ago) : new Date(at(MORNING_MIN).getTime() - DAY_MS)
    await run()
  }
  clock.at = now
  await bookAhead(day, ids.slice(DEMO_VISITS.length))
  return [
    ...clinic.made,
    ...[...counts].filter(([, n]) => n > 0).map(([what, n]) => `${String(n).padStart(4)} ${what}`),
  ]
}
