import type { Deps } from '../../shared/deps.ts'
import { createDoctor, editDoctor } from '../../shared/doctors/commands.ts'
import { getDoctors } from '../../shared/doctors/reads.ts'
import type { Doctor, DoctorInput, DoctorList } from '../../shared/doctors/schema.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { createPanel } from '../../shared/panels/commands.ts'
import { getPanels } from '../../shared/panels/reads.ts'
import type { PanelInput, PanelList } from '../../shared/panels/schema.ts'
import { changeSetting } from '../../shared/settings/commands.ts'
import { getSettings } from '../../shared/settings/reads.ts'
import type { Setting } from '../../shared/settings/schema.ts'
import { openShift } from '../../shared/shifts/commands.ts'
import { currentShift } from '../../shared/shifts/reads.ts'
import { createUser } from '../../shared/users/commands.ts'
import { userIdOf } from '../../shared/users/reads.ts'
import { CommandFailed } from './command.ts'

/** Somebody who acts, as the domains want it. */
export interface Actor {
  userId: string
}

/** Who does what in the demo. */
export interface DemoStaff {
  admin: Actor
  desk: Actor
  dispenser: Actor
  cashier: Actor
}

/** A doctor of the demo with the user who signs in as him. */
export interface DemoDoctor {
  id: string
  name: string
  room: string
  who: Actor
}

/** What was found or made before the day begins. */
export interface DemoClinic {
  staff: DemoStaff
  doctors: readonly [DemoDoctor, DemoDoctor]
  panelId: string
  /** Lines about what was made, for the person at the command line. */
  made: string[]
}

const HOURS = [
  { from: '08:00', to: '13:00' },
  { from: '14:00', to: '22:00' },
]
const ALL_WEEK = { mon: HOURS, tue: HOURS, wed: HOURS, thu: HOURS, fri: HOURS, sat: HOURS, sun: HOURS }

// real MMC numbers have five digits, so nobody has these
const DOCTORS: readonly [DoctorInput & { room: string }, DoctorInput & { room: string }] = [
  { code: 'DEMO1', name: 'Dr Aisyah Rahman (demo)', mmcNumber: '990001', room: '1', workingHours: ALL_WEEK },
  { code: 'DEMO2', name: 'Dr Lim Wei Han (demo)', mmcNumber: '990002', room: '2', workingHours: ALL_WEEK },
]
const PANEL: PanelInput = {
  code: 'DEMO-PANEL',
  name: 'Syarikat Contoh Sdn Bhd (demo)',
  kind: 'company',
  copay: '10.00',
  visitCap: '150.00',
}
const CLINIC: Record<string, string | string[]> = {
  'clinic.setUp': ['clinic', 'doctors', 'hours', 'users', 'patients', 'finished'],
  'clinic.name': 'Klinik Contoh',
  'clinic.address': '12, Jalan Contoh 3/4, 40000 Shah Alam, Selangor',
}
const FLOAT = '200.00'

/** Answers null where a thing is not there. */
const unlessMissing = async <T>(asked: Promise<T>): Promise<T | null> => {
  try {
    return await asked
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return null
    throw error
  }
}

/** The users who usually do a thing, or an administrator where there are none of these. */
async function staffOf(deps: Deps): Promise<DemoStaff> {
  const rows = (await deps
    .db('users')
    .comment('demo.staff')
    .where({ active: 1 })
    .orderBy('id')
    .select('id', 'username', 'role')) as { id: string; username: string; role: string }[]
  const admin =
    rows.find(({ username }) => username === 'admin') ??
    rows.find(({ role }) => role === 'admin' || role === 'super_admin')
  if (admin === undefined)
    throw new CommandFailed('There is no administrator yet: run npm run cli -- users:create-initial first')
  const of = (role: string): Actor => ({
    userId: String((rows.find((row) => row.role === role) ?? admin).id),
  })
  return {
    admin: { userId: String(admin.id) },
    desk: of('assistant'),
    dispenser: of('pharmacist'),
    cashier: of('cashier'),
  }
}

const allDoctors = async (deps: Deps): Promise<Doctor[]> =>
  (JSON.parse((await getDoctors(deps)).json.toString()) as DoctorList).data

/** The user who signs in as a doctor of the demo: `doctor` for the first one if he is nobody yet, else one is made. */
async function userFor(deps: Deps, n: number, name: string, made: string[]): Promise<string> {
  const usual = n === 0 ? await unlessMissing(userIdOf(deps, 'doctor')) : null
  const isFree = usual !== null && !(await allDoctors(deps)).some(({ userId }) => userId === usual)
  if (isFree) return usual
  const username = `demo-doctor${n + 1}`
  const known = await unlessMissing(userIdOf(deps, username))
  if (known !== null) return known
  const { user, oneTimePassword } = await createUser(deps, null, { username, name, role: 'doctor' }, {})
  made.push(`user ${username}, one-time password ${oneTimePassword}`)
  return String(user.id)
}

/** The n-th doctor of the demo; an existing one stays as he is, but gets a user and a room if he has none. */
async function doctorFor(deps: Deps, n: 0 | 1, admin: Actor, made: string[]): Promise<DemoDoctor> {
  const input = DOCTORS[n]
  const present = (await allDoctors(deps)).find(({ code }) => code === input.code)
  const userId = present?.userId ?? (await userFor(deps, n, input.name, made))
  const room = present?.room ?? input.room
  if (present === undefined) {
    const doctor = await createDoctor(deps, { ...input, userId }, admin)
    made.push(`doctor ${doctor.name}, room ${room}`)
    return { id: doctor.id, name: doctor.name, room, who: { userId } }
  }
  if (present.userId !== userId || !present.active)
    await editDoctor(deps, present.id, { version: present.version }, { userId, active: true }, admin)
  return { id: present.id, name: present.name, room, who: { userId } }
}

/** Gives the clinic a name and an address where it still has neither. */
async function nameClinic(deps: Deps, admin: Actor, made: string[]): Promise<void> {
  const { data } = JSON.parse((await getSettings(deps)).json.toString()) as { data: Setting[] }
  for (const { name, version } of data) {
    const value = CLINIC[name]
    if (value === undefined || version > 0) continue
    await changeSetting(deps, name, { value, version }, admin)
    made.push(`setting ${name}: ${value}`)
  }
}

async function panelFor(deps: Deps, admin: Actor, made: string[]): Promise<string> {
  const { data } = JSON.parse((await getPanels(deps)).json.toString()) as PanelList
  const present = data.find(({ code }) => code === PANEL.code)
  if (present !== undefined) return present.id
  made.push(`panel ${PANEL.name}`)
  return (await createPanel(deps, PANEL, admin)).id
}

/** Doctors, panel, settings and an open shift: what is there already is used, what lacks is made. */
export async function setUpClinic(deps: Deps): Promise<DemoClinic> {
  const made: string[] = []
  const staff = await staffOf(deps)
  await nameClinic(deps, staff.admin, made)
  const doctors = [
    await doctorFor(deps, 0, staff.admin, made),
    await doctorFor(deps, 1, staff.admin, made),
  ] as const
  const panelId = await panelFor(deps, staff.admin, made)
  const shift = await unlessMissing(currentShift(deps, staff.cashier.userId))
  if (shift === null) {
    await openShift(deps, { float: FLOAT }, staff.cashier)
    made.push(`an open shift with RM ${FLOAT} in the drawer`)
  }
  return { staff, doctors, panelId, made }
}
