import type { Spoken } from './types.ts'

const isDigit = (sign: string): boolean => sign >= '0' && sign <= '9'

/** The fragments that spell a number or room sign by sign; letters are spoken alike in every language. */
function spell(text: string, language: Spoken): string[] {
  return Array.from(text.toLowerCase()).flatMap((sign) =>
    isDigit(sign) ? [`${language}/${sign}`] : sign >= 'a' && sign <= 'z' ? [`letters/${sign}`] : [],
  )
}

/** Rooms longer than this are names, not signs, and stand on the screen only. */
const SPELLED_ROOM = 3

/** The sound fragments of one call in one language, in their order: "number A 0 0 1, please go to room 2". */
export function fragmentsOf(number: string, room: string | null, language: Spoken): string[] {
  const spelledRoom = room !== null && room.length <= SPELLED_ROOM ? spell(room, language) : []
  const where = spelledRoom.length > 0 ? [`${language}/room`, ...spelledRoom] : [`${language}/come`]
  return [`${language}/number`, ...spell(number, language), ...where]
}
