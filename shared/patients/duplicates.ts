import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { parseDay } from '../units/dates.ts'
import { canonicalNric } from '../units/nric.ts'
import { likeness, tellingWords } from './duplicate-names.ts'
import type { PatientRow } from './model.ts'
import { swappedDay, type Traits, verdictOn } from './pairs/rules.ts'
import { findIdsBy, patients } from './repository.ts'
import type { Certainty, DuplicateQuestion, DuplicateReason } from './schema.ts'
import { readSearch } from './search-query.ts'

/** One who may be the person at the desk. */
export interface Duplicate {
  row: PatientRow
  certainty: Certainty
  reasons: DuplicateReason[]
}

const LIMIT = 20
/** Most whose names are compared: even on the first of January, when the unknown birthdays are, a page of the index. */
const BORN_LIMIT = 1000
const NONE: string[] = []

/** The days that were meant: the day itself, and the one with day and month the other way round. */
function birthdays(text: string | undefined): { on: string; swappedOn: string | null } | null {
  const on = text === undefined ? null : parseDay(text)
  if (on === null) return null
  return { on, swappedOn: swappedDay(on) }
}

/** The birthday that an NRIC says, in the century in which it is past. */
function birthdayOf(idNumber: string | undefined, todayOn: string): string | undefined {
  const nric = idNumber === undefined ? null : canonicalNric(idNumber)
  if (nric === null) return undefined
  const rest = `${nric.slice(0, 2)}-${nric.slice(2, 4)}-${nric.slice(4, 6)}`
  return parseDay(`20${rest}` <= todayOn ? `20${rest}` : `19${rest}`) ?? undefined
}

type Born = Pick<PatientRow, 'id' | 'name' | 'dateOfBirth'>

/** Who was born on these days: one range of the index for each, names only. */
function findBorn(db: Db, days: readonly string[]): Promise<Born[]> {
  return reading(
    db('patients')
      .comment('patients.born-on')
      .whereIn('date_of_birth', [...days])
      .whereNull('deleted_at')
      .limit(BORN_LIMIT)
      .select({ id: 'id', name: 'name', dateOfBirth: 'date_of_birth' }) as PromiseLike<Born[]>,
  )
}

const ORDER: readonly Certainty[] = ['exact', 'probable', 'possible']

/**
 * Patients who may be the person at the desk, the surest first: by identity number, by telephone, and among those born
 * on that day by a name that is the same or nearly so. Four look-ups in indexes, however large the file.
 */
export async function findDuplicates(
  db: Db,
  question: DuplicateQuestion,
  todayOn: string,
): Promise<Duplicate[]> {
  const { idNumber, phone, name } = question
  const number = idNumber === undefined ? null : readSearch(idNumber).idNumber
  const telephone = phone === undefined ? null : readSearch(phone).wholePhone
  const words = name === undefined ? [] : tellingWords(name)
  const born = birthdays(question.dateOfBirth ?? birthdayOf(idNumber, todayOn))
  const days =
    born === null || words.length === 0 ? [] : [born.on, born.swappedOn].filter((day) => day !== null)
  const [byNumber, byPhone, sameDay] = await Promise.all([
    number === null ? NONE : findIdsBy(db, 'id_number', number, LIMIT),
    telephone === null ? NONE : findIdsBy(db, 'phone', telephone, LIMIT),
    days.length === 0 ? [] : findBorn(db, days),
  ])
  const alike = sameDay.filter((each) => likeness(words, tellingWords(each.name)) !== 'different')
  const rows = await patients.findMany(db, [
    ...new Set([...byNumber, ...byPhone, ...alike.map(({ id }) => id)]),
  ])
  const found = rows.flatMap((row): Duplicate[] => {
    const traits: Traits = {
      sameNumber: byNumber.includes(row.id),
      samePhone: byPhone.includes(row.id),
      name: words.length === 0 ? 'different' : likeness(words, tellingWords(row.name)),
      born: bornAs(row, born),
    }
    const verdict = verdictOn(traits)
    return verdict === undefined ? [] : [{ row, certainty: verdict.certainty, reasons: verdict.reasons }]
  })
  found.sort(
    (a, b) =>
      ORDER.indexOf(a.certainty) - ORDER.indexOf(b.certainty) ||
      b.reasons.length - a.reasons.length ||
      Number(a.row.id) - Number(b.row.id),
  )
  return found.slice(0, LIMIT)
}

function bornAs(row: PatientRow, born: ReturnType<typeof birthdays>): Traits['born'] {
  if (born === null || row.dateOfBirth === null) return 'different'
  if (row.dateOfBirth === born.on) return 'same'
  return row.dateOfBirth === born.swappedOn ? 'swapped' : 'different'
}
