import { MEASURES, type Measure } from '../../../shared/dashboard/rules.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import type { BulkInsert } from '../load-data.ts'

const COLUMNS = ['measure', 'day', 'doctor_id', 'part', 'value'] as const
/** Most different days, doctors and parts of a measure in a piece: as many as it has rows at most. */
const MOST = 2 ** 16

/** Texts by small numbers. */
class Numbered {
  readonly texts: string[] = []
  readonly #numbers = new Map<string, number>()

  numberOf(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.texts.length)
    return this.texts.push(text) - 1
  }
}

/**
 * What new imported records count for, added up before they are written. By numbers: a text for each figure of each row
 * costs more than all that is done with the row.
 */
export class FigureSums {
  readonly #days = new Numbered()
  readonly #doctors = new Numbered()
  readonly #parts = MEASURES.map(() => new Numbered())
  readonly #sums = MEASURES.map(() => new Map<number, number>())

  /** `doctorId` `0`: nobody. */
  add(measure: Measure, day: string, doctorId: string, part: string, value: number): void {
    const at = MEASURES.indexOf(measure)
    const partNo = (this.#parts[at] as Numbered).numberOf(part)
    const key = (partNo * MOST + this.#doctors.numberOf(doctorId)) * MOST + this.#days.numberOf(day)
    const sums = this.#sums[at] as Map<number, number>
    sums.set(key, (sums.get(key) ?? 0) + value)
  }

  async write(trx: Knex.Transaction, insert: BulkInsert): Promise<void> {
    const text = insert.text()
    for (const [at, sums] of this.#sums.entries())
      for (const [key, value] of sums) {
        text.cell(MEASURES[at] as string)
        text.cell(this.#days.texts[key % MOST] as string)
        text.plain(this.#doctors.texts[Math.floor(key / MOST) % MOST] as string)
        text.cell(this.#parts[at]?.texts[Math.floor(key / MOST / MOST)] as string)
        text.plain(String(value))
        text.endRow()
      }
    await insert.write(trx, 'figure_deltas', COLUMNS, text)
  }
}
