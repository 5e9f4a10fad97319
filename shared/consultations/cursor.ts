import { AppError } from '../errors/app-error.ts'
import { isRowId } from '../units/ids.ts'

/** A place in a list that goes down by day, then id. */
export interface ListPlace {
  day: string
  id: string
}

/** A place as it stands on the wire. */
export const toCursor = ({ day, id }: ListPlace): string => `${day}.${id}`

/** Reads {@link toCursor}; throws `request/invalid`. */
export function fromCursor(cursor: string): ListPlace {
  const [day = '', id = ''] = cursor.split('.')
  const isPlace = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(day) && !Number.isNaN(Date.parse(day)) && isRowId(id)
  if (isPlace && cursor === toCursor({ day, id })) return { day, id }
  throw new AppError('request/invalid', {
    errors: [{ path: 'cursor', message: 'Not a cursor of this list' }],
  })
}
