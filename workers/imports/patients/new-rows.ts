import type { Knex } from '../../../shared/db/connect.ts'
import { PATIENT_WORD_COLUMNS } from '../../../shared/patients/words.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import type { BulkInsert } from '../load-data.ts'
import type { RowText } from '../row-text.ts'
import { type Candidate, VALUE_COLUMNS, VALUE_FIELDS } from './record.ts'
import { WordRows } from './word-rows.ts'

const INSERT_COLUMNS = ['id', 'source', ...VALUE_COLUMNS, 'import_no', 'touched_by_import_no'] as const

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
  #patients: RowText
  #words: WordRows
  /** Texts that were written and may be used again: memory of megabytes that comes and goes calls the collector. */
  readonly #spare: RowText[] = []

  /** Makes rows that `insert` takes. */
  constructor(insert: BulkInsert, { importNo, source }: Origin) {
    this.#insert = insert
    this.#importNo = String(importNo)
    this.#source = source
    this.#patients = insert.text()
    this.#words = new WordRows(insert.text())
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
    this.#words.add(id, patient.name)
  }

  /** All rows taken in since the last time. */
  async finish(): Promise<NewRows> {
    const rows = { patients: this.#patients, words: this.#spare.pop() ?? this.#insert.text() }
    const words = this.#words
    this.#patients = this.#spare.pop() ?? this.#insert.text()
    this.#words = new WordRows(this.#insert.text())
    await words.writeTo(rows.words)
    return rows
  }

  /** Takes back rows that nobody needs any more. */
  giveBack({ patients, words }: NewRows): void {
    for (const text of [words, patients]) {
      text.clear()
      this.#spare.push(text)
    }
  }
}

/** Writes new patients and the words they are found by. */
export async function writeNew(trx: Knex.Transaction, insert: BulkInsert, rows: NewRows): Promise<void> {
  await insert.write(trx, 'patients', INSERT_COLUMNS, rows.patients)
  await insert.write(trx, 'patient_words', PATIENT_WORD_COLUMNS, rows.words)
}
