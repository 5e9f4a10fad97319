import type { Knex } from '../../../shared/db/connect.ts'
import { PATIENT_WORD_COLUMNS, patientWordRows } from '../../../shared/patients/words.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import { type BulkInsert, type Cell, LoadText, loadData, type Rows } from '../load-data.ts'
import { type Candidate, VALUE_COLUMNS, VALUE_FIELDS } from './record.ts'

const INSERT_COLUMNS = ['id', 'source', ...VALUE_COLUMNS, 'import_no', 'touched_by_import_no'] as const

const [, ...BESIDES_WORD] = PATIENT_WORD_COLUMNS

/** The table rows of new patients; made while the piece before is being written. */
export interface NewRows {
  patients: Rows
  words: Rows
}

/** What all new rows of a run have in common. */
export interface Origin {
  importNo: number
  source: string
}

/** Turns new patients into table rows, some at a time; search words come in the order of their index. */
export interface NewRowsMaker {
  /** Takes patients in, under the ids from `firstId` on. */
  add(inserts: readonly Candidate[], firstId: number): Promise<void>
  finish(): Promise<NewRows>
}

/** The maker whose rows `insert` takes. */
export const newRowsMaker = (insert: BulkInsert, origin: Origin): NewRowsMaker =>
  insert === loadData ? new NewLines(origin) : new NewCells(origin)

/** Makes the text for LOAD DATA. */
export class NewLines implements NewRowsMaker {
  readonly #importNo: string
  readonly #source: string
  readonly #patients = new LoadText()
  /** What stands beside every word of a patient. */
  readonly #besides: string[][] = []
  /** Who has a word, by place in `besides`. */
  readonly #holders = new Map<string, number[]>()

  constructor({ importNo, source }: Origin) {
    this.#importNo = String(importNo)
    this.#source = source
  }

  async add(inserts: readonly Candidate[], firstId: number): Promise<void> {
    for (let i = 0; i < inserts.length; i++) {
      if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe()
      this.#addOne(inserts[i] as Candidate, String(firstId + i))
    }
  }

  #addOne({ patient }: Candidate, id: string): void {
    const text = this.#patients
    text.cell(id)
    text.cell(patient.externalId === null ? null : this.#source)
    for (const field of VALUE_FIELDS) text.cell(patient[field])
    text.cell(this.#importNo)
    text.cell(this.#importNo)
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
    const words = new LoadText()
    let breathAt = ROWS_A_BREATH
    for (const word of [...this.#holders.keys()].sort()) {
      for (const place of this.#holders.get(word) as number[]) {
        words.cell(word)
        for (const cell of this.#besides[place] as string[]) words.cell(cell)
        words.endRow()
      }
      if (words.count < breathAt) continue
      breathAt = words.count + ROWS_A_BREATH
      await breathe()
    }
    return { patients: this.#patients, words }
  }
}

/** Makes the same rows as cells, for servers that take INSERT only. */
export class NewCells implements NewRowsMaker {
  readonly #origin: Origin
  readonly #patients: Cell[][] = []
  readonly #words: Cell[][] = []

  constructor(origin: Origin) {
    this.#origin = origin
  }

  async add(inserts: readonly Candidate[], firstId: number): Promise<void> {
    const { importNo, source } = this.#origin
    for (let i = 0; i < inserts.length; i++) {
      if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe()
      const { patient } = inserts[i] as Candidate
      const id = firstId + i
      const values = VALUE_FIELDS.map((field) => patient[field])
      this.#patients.push([id, patient.externalId === null ? null : source, ...values, importNo, importNo])
      for (const row of patientWordRows(id, patient.name))
        this.#words.push(PATIENT_WORD_COLUMNS.map((column) => row[column]))
    }
  }

  async finish(): Promise<NewRows> {
    this.#words.sort((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1))
    return { patients: this.#patients, words: this.#words }
  }
}

/** Writes new patients and the words they are found by. */
export async function writeNew(trx: Knex.Transaction, insert: BulkInsert, rows: NewRows): Promise<void> {
  await insert(trx, 'patients', INSERT_COLUMNS, rows.patients)
  await insert(trx, 'patient_words', PATIENT_WORD_COLUMNS, rows.words)
}
