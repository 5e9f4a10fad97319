import { PATIENT_WORD_COLUMNS, patientWordRows } from '../../../shared/patients/words.ts'
import { breathe } from '../../runtime/breathe.ts'
import type { RowText } from '../row-text.ts'

const [, ...BESIDES_WORD] = PATIENT_WORD_COLUMNS

/** A row costs a tenth of a microsecond. */
const WORD_ROWS_A_BREATH = 2000
const FIRST_NUMBERS = 1024

/** Numbers that become more; outside of what the collector has to carry about. */
class Numbers {
  length = 0
  #held = new Uint32Array(FIRST_NUMBERS)

  push(number: number): void {
    if (this.length === this.#held.length) {
      const more = new Uint32Array(this.length * 2)
      more.set(this.#held)
      this.#held = more
    }
    this.#held[this.length++] = number
  }

  at(place: number): number {
    return this.#held[place] as number
  }
}

/**
 * The search words of new patients, put in the order of their index. What stands beside the words of a patient is
 * spelled once, and words and patients are numbers: a piece has some ten thousand rows, and objects for them were half
 * of what an import left to the collector.
 */
export class WordRows {
  readonly #numberOf = new Map<string, number>()
  /** What stands beside every word of a patient, and where that ends. */
  readonly #besides: RowText
  readonly #ends = new Numbers()
  /** Of each row the number of its word and the place of its patient in `besides`. */
  readonly #words = new Numbers()
  readonly #patients = new Numbers()

  /** `besides`: an empty text in the spelling that is wanted at the end. */
  constructor(besides: RowText) {
    this.#besides = besides
  }

  /** Takes the words of a name in; patients come in the order of their ids. */
  add(id: string, name: string): void {
    const rows = patientWordRows(id, name)
    const [first] = rows
    if (first === undefined) return
    for (const column of BESIDES_WORD) this.#besides.plain(String(first[column]))
    this.#besides.endRow()
    const patient = this.#ends.length
    this.#ends.push(this.#besides.length)
    for (const { word } of rows) {
      this.#words.push(this.#number(word))
      this.#patients.push(patient)
    }
  }

  #number(word: string): number {
    const known = this.#numberOf.get(word)
    if (known !== undefined) return known
    const number = this.#numberOf.size
    this.#numberOf.set(word, number)
    return number
  }

  /** Writes all rows in the order of word and patient. */
  async writeTo(text: RowText): Promise<void> {
    const words = [...this.#numberOf.keys()].sort()
    const { patients, beginnings } = this.#byWord(words)
    let breathAt = WORD_ROWS_A_BREATH
    for (const [place, word] of words.entries()) {
      for (let i = beginnings[place] as number; i < (beginnings[place + 1] as number); i++) {
        const patient = patients[i] as number
        text.cell(word)
        text.endRowAs(this.#besides, patient === 0 ? 0 : this.#ends.at(patient - 1), this.#ends.at(patient))
      }
      if (text.count < breathAt) continue
      breathAt = text.count + WORD_ROWS_A_BREATH
      await breathe()
    }
  }

  /** Patients of all rows, sorted by counting: those of the n-th word are from the n-th beginning to the next. */
  #byWord(words: readonly string[]): { patients: Uint32Array; beginnings: Uint32Array } {
    const rankOf = new Uint32Array(words.length)
    for (let rank = 0; rank < words.length; rank++)
      rankOf[this.#numberOf.get(words[rank] as string) as number] = rank
    const rows = this.#words.length
    const ends = new Uint32Array(words.length + 1)
    for (let i = 0; i < rows; i++) {
      const next = (rankOf[this.#words.at(i)] as number) + 1
      ends[next] = (ends[next] as number) + 1
    }
    for (let rank = 1; rank <= words.length; rank++)
      ends[rank] = (ends[rank] as number) + (ends[rank - 1] as number)
    const beginnings = ends.slice()
    const patients = new Uint32Array(rows)
    for (let i = 0; i < rows; i++) {
      const rank = rankOf[this.#words.at(i)] as number
      patients[ends[rank] as number] = this.#patients.at(i)
      ends[rank] = (ends[rank] as number) + 1
    }
    return { patients, beginnings }
  }
}
