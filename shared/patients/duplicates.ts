import type { Db } from '../db/connect.ts'
import { nameWords } from '../units/names.ts'
import type { PatientRow } from './model.ts'
import { findIdsBy, patients } from './repository.ts'
import type { DuplicateQuestion } from './schema.ts'
import { readSearch } from './search-query.ts'
import { findByWords } from './search-words.ts'

/** What a patient has in common with the one asked for. */
export type DuplicateReason = 'idNumber' | 'phone' | 'name'

const LIMIT = 20
const NONE: string[] = []

/**
 * Patients who may be the person at the desk, the surest first: the same identity number, the same telephone, or the
 * same day of birth and all words of the name. A few index look-ups.
 */
export async function findDuplicates(
  db: Db,
  question: DuplicateQuestion,
): Promise<{ row: PatientRow; reasons: DuplicateReason[] }[]> {
  const { idNumber, phone, name, dateOfBirth } = question
  const number = idNumber === undefined ? null : readSearch(idNumber).idNumber
  const telephone = phone === undefined ? null : readSearch(phone).wholePhone
  const words = name === undefined || dateOfBirth === undefined ? [] : nameWords(name)
  const [byNumber, byPhone, byName] = await Promise.all([
    number === null ? NONE : findIdsBy(db, 'id_number', number, LIMIT),
    telephone === null ? NONE : findIdsBy(db, 'phone', telephone, LIMIT),
    findByWords(db, words, LIMIT),
  ])
  const rows = await patients.findMany(db, [...new Set([...byNumber, ...byPhone, ...byName])])
  return rows
    .map((row) => {
      const reasons: DuplicateReason[] = []
      if (byNumber.includes(row.id)) reasons.push('idNumber')
      if (byPhone.includes(row.id)) reasons.push('phone')
      if (byName.includes(row.id) && row.dateOfBirth === dateOfBirth) reasons.push('name')
      return { row, reasons }
    })
    .filter(({ reasons }) => reasons.length > 0)
    .slice(0, LIMIT)
}
