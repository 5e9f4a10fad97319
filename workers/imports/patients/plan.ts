import type { PatientValues } from '../../../shared/patients/rules.ts'
import type { Problem } from '../../../shared/units/judgement.ts'
import { type Claim, type DecideOptions, decide, type Known } from './decide.ts'
import { StoredPatients } from './lookup.ts'
import { type Candidate, externalKey, idKey, type Stored } from './record.ts'

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

/** What is to be written of a plan besides new rows; the rows it was made from need not be kept for that. */
export type Outcome = Pick<Plan, 'updates' | 'refusals' | 'counts' | 'claims' | 'unchangedIds'>

export const outcomeOf = ({ updates, refusals, counts, claims, unchangedIds }: Plan): Outcome => ({
  updates,
  refusals,
  counts,
  claims,
  unchangedIds,
})

/** What a chunk will do, decided but not yet written. */
export class Plan {
  inserts: Candidate[] = []
  readonly updates = new Map<string, PlannedUpdate>()
  readonly refusals: Refusal[] = []
  readonly counts = { inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 }
  /** Keys that rows of this chunk have claimed (or completed) and that another row of the file may hold too. */
  readonly claims = new Map<string, Claim>()
  /** Stored patients found equal to a row: the guess is wrong if one of them is changed before the chunk is written. */
  readonly unchangedIds: string[] = []
  readonly #claimed: Map<string, Claim>
  #found: StoredPatients
  readonly #options: DecideOptions

  /** `claimed`: keys of this chunk's rows that earlier chunks have claimed. */
  constructor(options: DecideOptions, claimed: Iterable<[string, Claim]> = []) {
    this.#found = new StoredPatients(options.source)
    this.#claimed = new Map(claimed)
    this.#options = options
  }

  /** Takes over what is stored under the keys of the rows that come next. */
  look(found: StoredPatients): void {
    this.#found = found
    // an earlier row changed them, and that is not written yet
    for (const { stored } of this.updates.values()) found.add(stored)
  }

  /** The rows to insert that were not yet taken from here. */
  takeInserts(): Candidate[] {
    const { inserts } = this
    this.inserts = []
    return inserts
  }

  refuse(refusal: Refusal): void {
    this.refusals.push(refusal)
    this.counts.rejected++
  }

  /** Decides a row and takes it in. `watched`: its keys may stand in the file again, so they are claimed. */
  take(candidate: Candidate, watched: boolean): void {
    const known: Known = {
      byKey: (key) => this.#found.byKey(key),
      claimOf: (key) => (watched ? this.#claimed.get(key) : undefined),
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
    if (decision.to === 'unchanged') this.unchangedIds.push(decision.stored.id)
    // the first accepted row keeps a key; a skipped one is not accepted
    if (watched && decision.to !== 'skipped') this.#claim(candidate)
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
    if (changes.externalId !== undefined) stored.source = this.#options.source
    this.#found.add(stored) // it may have got a key that a later row of this chunk holds too
    if (stored.version === 0 || Object.keys(changes).length === 0) return
    this.updates.set(stored.id, { stored, before, changes: { ...planned?.changes, ...changes } })
  }

  #claim({ row, patient }: Candidate): void {
    const external = patient.externalId === null ? null : externalKey(patient.externalId)
    const id = patient.idNumber === null ? null : idKey(patient.idType, patient.idNumber)
    this.#claimKey(external, row, id)
    this.#claimKey(id, row, external)
  }

  #claimKey(key: string | null, row: number, partner: string | null): void {
    if (key === null) return
    const held = this.#claimed.get(key)
    if (held !== undefined && (held.partner !== null || partner === null)) return
    const claim = { row: held?.row ?? row, partner }
    this.#claimed.set(key, claim)
    this.claims.set(key, claim)
  }
}

/** Stands for the id of a row that is not yet written; never looks like a database id. */
const pendingId = (candidate: Candidate): string => `row ${candidate.row}`
