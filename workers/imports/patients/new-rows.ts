import type { Knex } from '../../../shared/db/connect.ts'
import { PATIENT_WORD_COLUMNS, patientWordRows } from '../../../shared/patients/words.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import type { BulkInsert } from '../load-data.ts'
import type { RowText } from '../row-text.ts'
import { type Candidate, VALUE_COLUMNS, VALUE_FIELDS } from './record.ts'

const INSERT_COLUMNS = ['id', 'source', ...VALUE_COLUMNS, 'import_no', 'touched_by_import_no'] as const

const [, ...BESIDES_WORD] = PATIENT_WORD_COLUMNS

/** The table rows of new patients; made while the piece before is being written. */
export interface NewRows {
  patients: RowText
  words: RowText
}

/** What all new rows of a run have in common. */
export interface Origin {
  importNo: number
  source: string
}

/** Turns new patients into table rows, some at a time; search words come in the order of their index. */
export class NewRowsMaker {
  readonly #insert: BulkInsert
  readonly #importNo: string
  readonly #source: string
  readonly #patients: RowText
  /** What stands beside every word of a patient. */
  readonly #besides: string[][] = []
  /** Who has a word, by place in `besides`. */
  readonly #holders = new Map<string, number[]>()

  /** Makes rows that `insert` takes. */
  constructor(insert: BulkInsert, { importNo, source }: Origin) {
    this.#insert = insert
    this.#patients = insert.text()
    this.#importNo = String(importNo)
    this.#source = source
  }

  /** Takes patients in, under the ids from `firstId` on. */
  async add(inserts: readonly Candidate[], firstId: number): Promise<void> {
    for (let i = 0; i < inserts.length; i++) {
      if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe()
      this.#addOne(inserts[i] as Candidate, String(firstId + i))
    }
  }

  #addOne({ patient }: Candidate, id: string): void {
    const text = this.#patients
    text.plain(id)
    text.cell(patient.externalId === null ? null : this.#source)
    for (const field of VALUE_FIELDS) text.cell(patient[field])
    text.plain(this.#importNo)
    text.plain(this.#importNo)
    text.endRow()
    const words = patientWordRows(id, patient.name)
    const [first] = words
    if (first === undefined) return
    const place = this.#besides.push(BESIDES_WORD.map((column) => String(first[column]))) - 1
    for (const { word } of words) {
      const held = this.#holders.get(word)
      if (held === undefined) this.#holders.set(word, [place])
      else held.push(place)
    }
  }

  async finish(): Promise<NewRows> {
    const words = this.#insert.text()
    let breathAt = ROWS_A_BREATH
    for (const word of [...this.#holders.keys()].sort()) {
      for (const place of this.#holders.get(word) as number[]) {
        words.cell(word)
        for (const cell of this.#besides[place] as string[]) words.plain(cell)
        words.endRow()
      }
      if (words.count < breathAt) continue
      breathAt = words.count + ROWS_A_BREATH
      await breathe()
    }
    return { patients: this.#patients, words }
  }
}

/** Writes new patients and the words they are found by. */
export async function writeNew(trx: Knex.Transaction, insert: BulkInsert, rows: NewRows): Promise<void> {
  await insert.write(trx, 'patients', INSERT_COLUMNS, rows.patients)
  await insert.write(trx, 'patient_words', PATIENT_WORD_COLUMNS, rows.words)
}
