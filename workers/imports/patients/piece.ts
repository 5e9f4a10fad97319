import type { Position } from '../../../shared/imports/reader.ts'
import type { Counts } from '../../runtime/bulk-work.ts'
import type { Rehearsed } from '../bundle/rehearsed.ts'
import type { JudgedRows } from './judge.ts'
import type { StoredPatients } from './lookup.ts'
import type { NewRows } from './new-rows.ts'
import type { Outcome, Plan, Refusal } from './plan.ts'
import type { Candidate } from './record.ts'

/** A piece, decided as far as that may be guessed. What it was decided from is gone: a wrong guess is made anew. */
export interface Prepared {
  /** Where it begins in the file. */
  from: Position
  read: number
  /** Number of its last row. */
  lastRow: number
  /** Rows with a fault of their own. */
  refusals: Refusal[]
  /** Rows whose keys may stand in the file again: decided inside the transaction, in file order. */
  watched: Candidate[]
  leftOut: Counts
  /** The guess for all other rows. */
  outcome: Outcome
  rows: NewRows | null
  /** First of the ids that are kept for the watched rows. */
  spareIds: number
  /** What a rehearsal would have stored. */
  rehearsed: Rehearsed[number][]
}

/** A judged block with what is stored under its keys. */
export interface LookedUp {
  judged: JudgedRows
  found: StoredPatients
}

/** A piece that takes in block after block. */
export type Unfinished = Omit<Prepared, 'outcome' | 'rows' | 'spareIds'> & { plan: Plan }

/** What a rehearsal has to note of patients that it would have stored. */
export const rehearsedPatients = (inserts: readonly Candidate[]): Rehearsed =>
  inserts.flatMap(({ patient: { externalId, dateOfBirth } }) =>
    externalId === null ? [] : [[externalId, dateOfBirth] as const],
  )
