import type { PatientValues } from '../../../shared/patients/rules.ts'
import type { Problem } from '../../../shared/units/judgement.ts'
import { type DecideOptions, decide, type Known } from './decide.ts'
import type { StoredPatients } from './lookup.ts'
import { type Candidate, keysOf, type Stored } from './record.ts'

/** A row that is refused, as it will be kept. */
export interface Refusal {
  row: number
  line: number
  cells: string[]
  problems: Problem[]
}

interface PlannedUpdate {
  stored: Stored
  before: PatientValues
  changes: Partial<PatientValues>
}

/** What a chunk will do, decided but not yet written. */
export class Plan {
  readonly inserts: Candidate[] = []
  readonly updates = new Map<string, PlannedUpdate>()
  readonly refusals: Refusal[] = []
  readonly counts = { inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 }
  /** Keys that rows of this chunk have claimed and that another row of the file may hold too. */
  readonly claims: { key: string; row: number }[] = []
  readonly #claimed: Set<string>
  readonly #found: StoredPatients
  readonly #options: DecideOptions

  /** `claimed`: keys of this chunk's rows that earlier chunks have claimed. */
  constructor(found: StoredPatients, claimed: Iterable<string>, options: DecideOptions) {
    this.#found = found
    this.#claimed = new Set(claimed)
    this.#options = options
  }

  refuse(refusal: Refusal): void {
    this.refusals.push(refusal)
    this.counts.rejected++
  }

  /** Decides a row and takes it in. `watched`: its keys may stand in the file again, so they are claimed. */
  take(candidate: Candidate, watched: boolean): void {
    const known: Known = {
      byExternalId: (externalId) => this.#found.byExternalId(externalId),
      byIdNumber: (idType, idNumber) => this.#found.byIdNumber(idType, idNumber),
      isClaimed: (key) => watched && this.#claimed.has(key),
    }
    const decision = decide(candidate, known, this.#options)
    if (decision.to === 'rejected') {
      this.refuse({
        row: candidate.row,
        line: candidate.line,
        cells: candidate.cells,
        problems: decision.problems,
      })
      return
    }
    if (decision.to === 'insert') this.#insert(candidate)
    else if (decision.to === 'update') this.#update(decision.stored, decision.changes)
    else this.counts[decision.to]++
    if (watched) this.#claim(candidate)
  }

  #insert(candidate: Candidate): void {
    this.inserts.push(candidate)
    this.counts.inserted++
    // a later row of this chunk may meet it before it is written
    this.#found.add({
      id: pendingId(candidate),
      version: 0,
      source: this.#options.source,
      deleted: false,
      values: candidate.patient,
    })
  }

  #update(stored: Stored, changes: Partial<PatientValues>): void {
    this.counts.updated++
    const planned = this.updates.get(stored.id)
    const before = planned?.before ?? { ...stored.values }
    Object.assign(stored.values, changes) // for a pending insert these are the values that will be written
    if (stored.version === 0 || Object.keys(changes).length === 0) return
    this.updates.set(stored.id, { stored, before, changes: { ...planned?.changes, ...changes } })
  }

  #claim(candidate: Candidate): void {
    for (const key of keysOf(candidate.patient)) {
      if (this.#claimed.has(key)) continue
      this.#claimed.add(key)
      this.claims.push({ key, row: candidate.row })
    }
  }
}

/** Stands for the id of a row that is not yet written; never looks like a database id. */
const pendingId = (candidate: Candidate): string => `row ${candidate.row}`
