import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { isRowId } from '../units/ids.ts'
import { findLetter, type LetterRow, listLetters } from './repository.ts'
import type { Letter, LetterList, LetterQuery } from './schema.ts'
import { viewLetter } from './view.ts'

export { printLetter } from './print.ts'

/** One letter as it is stored; throws `not-found`. */
export async function letterRow(deps: Pick<Deps, 'db'>, id: string): Promise<LetterRow> {
  const row = isRowId(id) ? await findLetter(deps.db, id) : undefined
  if (row === undefined) throw new AppError('not-found')
  return row
}

/** One letter; throws `not-found`. */
export const getLetter = async (deps: Pick<Deps, 'db'>, id: string): Promise<Letter> =>
  viewLetter(await letterRow(deps, id))

/** The letters of a patient or a consultation, the latest first. */
export async function getLetters(deps: Pick<Deps, 'db'>, query: LetterQuery): Promise<LetterList> {
  if (query.cursor !== undefined && !isRowId(query.cursor))
    throw new AppError('request/invalid', {
      errors: [{ path: 'cursor', message: 'Not a cursor of this list' }],
    })
  const rows = await listLetters(deps.db, query)
  const shown = rows.slice(0, query.limit)
  const next = rows.length > query.limit ? (shown.at(-1)?.id ?? null) : null
  return { data: shown.map(viewLetter), meta: { limit: query.limit, next } }
}
