import { parse } from 'csv-parse/sync'
import type { Deps } from '../../shared/deps.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { registerPatient } from '../../shared/patients/commands.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { DEMO_HEADER, demoPeople } from './demo-people.ts'
import type { Actor } from './demo-setup.ts'
import type { DemoWho } from './demo-visits.ts'

/** How many of those in the file are looked at; enough for somebody of every kind. */
const LOOKED_AT = 600
const CHILD_BELOW = 11
const ELDER_FROM = 62
const WOMAN_FROM = 21
const WOMAN_BELOW = 40
const MOST_TRIES = 5000
const YEAR_DIGITS = 4

interface Somebody {
  gender: string | null
  /** Day of birth. */
  bornOn: string
}

/** What somebody is for the demo on a day; a young woman is an adult too. */
function kindsOf({ gender, bornOn }: Somebody, today: string): DemoWho[] {
  const age = Number(today.slice(0, YEAR_DIGITS)) - Number(bornOn.slice(0, YEAR_DIGITS))
  if (age < CHILD_BELOW) return ['child']
  if (age >= ELDER_FROM) return ['elder']
  if (age <= CHILD_BELOW + 2) return []
  return gender === 'F' && age >= WOMAN_FROM && age < WOMAN_BELOW ? ['woman', 'adult'] : ['adult']
}

interface Row {
  id: string
  gender: string | null
  born_on: string
}

/** People of earlier demo files who are not here today, in another order each day; none with an allergy. */
const inFile = (deps: Deps, today: string): Promise<Row[]> =>
  deps
    .db('patients as p')
    .comment('demo.patients')
    .where('p.source', 'demo')
    .whereNull('p.deleted_at')
    .whereNull('p.allergies')
    .whereNotNull('p.date_of_birth')
    .whereNotExists((visit) =>
      visit.from('visits as v').whereRaw('v.patient_id = p.id').where('v.visited_on', today).select('v.id'),
    )
    .orderByRaw('crc32(concat(p.id, ?))', [today])
    .limit(LOOKED_AT)
    .select(
      'p.id',
      'p.gender',
      deps.db.raw("date_format(p.date_of_birth, '%Y-%m-%d') as born_on"),
    ) as unknown as Promise<Row[]>

type Line = Record<
  'name' | 'id_number' | 'date_of_birth' | 'gender' | 'phone' | 'email' | 'address' | 'postcode' | 'state',
  string
>

/** Registers one made-up person of a kind. */
async function register(
  deps: Deps,
  next: () => Line,
  kind: DemoWho,
  today: string,
  who: Actor,
): Promise<string> {
  for (let tried = 0; tried < MOST_TRIES; tried++) {
    const line = next()
    const gender = line.gender as 'M' | 'F'
    if (!kindsOf({ gender, bornOn: line.date_of_birth }, today).includes(kind)) continue
    const { name, phone, email, address, postcode, state } = line
    const input = {
      ...{ name, phone, address, postcode, state, gender },
      email: email === '' ? null : email,
      idType: 'NRIC' as const,
      idNumber: line.id_number,
      dateOfBirth: line.date_of_birth,
    }
    try {
      return (await registerPatient(deps, input, { who, variant: 'desk-2' })).id
    } catch (error) {
      // a number that somebody has already: the next one
      if (!(error instanceof AppError) || error.code !== 'state/duplicate') throw error
    }
  }
  throw new Error(`No ${kind} among ${MOST_TRIES} made-up people`)
}

/**
 * A different patient for each of the wanted kinds, in their order: from the file where there are such people, else new
 * ones. Answers the ids and how many were registered.
 */
export async function choosePatients(
  deps: Deps,
  wanted: readonly DemoWho[],
  who: Actor,
): Promise<{ ids: string[]; registered: number }> {
  const now = deps.clock.now()
  const today = clinicDay(now)
  const pool = await inFile(deps, today)
  const line = demoPeople(now.getTime() >>> 0)
  const next = () => parse(line(1), { columns: DEMO_HEADER.split(',') })[0] as Line
  const ids: string[] = []
  let registered = 0
  for (const kind of wanted) {
    const at = pool.findIndex(({ gender, born_on }) =>
      kindsOf({ gender, bornOn: born_on }, today).includes(kind),
    )
    if (at >= 0) ids.push(String((pool.splice(at, 1)[0] as Row).id))
    else {
      ids.push(await register(deps, next, kind, today, who))
      registered++
    }
  }
  return { ids, registered }
}
