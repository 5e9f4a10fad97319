import type { Knex } from '../../../shared/db/connect.ts'
import type { MixedKind } from '../../../shared/imports/formats/mixed-kinds.ts'
import type { RecordRules, Values } from '../../../shared/imports/records/row.ts'
import type { Problem } from '../../../shared/units/judgement.ts'
import type { BulkInsert } from '../load-data.ts'
import type { RecordColumn } from './columns.ts'

export type { Values } from '../../../shared/imports/records/row.ts'

/** A row of the file, read and judged by itself. */
export interface Candidate {
  row: number
  line: number
  cells: string[]
  values: Values
  problems: Problem[]
  /** Whether another row of the file may hold one of its keys. */
  isWatched: boolean
}

/** A field that no two records may share. */
export interface UniqueField {
  field: string
  column: string
  /** Unique among the records of one source only. */
  perSource: boolean
  /** The reason by which another row with the same value is refused. */
  taken: Problem
}

/** What is looked up with. */
export interface Looking {
  trx: Knex
  source: string
  /** Whether what is found is held until the piece is committed; not so where a piece is merely guessed. */
  isHeld: boolean
  /** Who imports; null: the command line. */
  importerId: string | null
  /** What earlier pieces of a rehearsal would have stored, by key; see {@link References.keep}. */
  noted: ReadonlyMap<string, string>
  /** In a rehearsal of a file with many kinds: what it would have stored of another one. */
  rehearsed?(kind: MixedKind, keys: readonly string[]): Promise<ReadonlyMap<string, string | null>>
}

/** What a piece is written with. */
export interface Context extends Looking {
  trx: Knex.Transaction
  importNo: number
  dryRun: boolean
}

/** What the rows of one piece refer to, looked up at once. */
export interface References {
  /** Values that stand for what a row refers to, and what is wrong with that. */
  of(candidate: Candidate): { values?: Values; problems: readonly Problem[] }
  /**
   * The last word on a record that is to be stored: what is wrong with it beside the others. It counts from then on
   * when nothing is. `before`: what it replaces.
   */
  admit?(after: Values, before: Values | null): readonly Problem[]
  /** What a rehearsal has to remember for its later pieces, by key. */
  keep?(): ReadonlyMap<string, string>
}

/** What becomes of a stored record: made (`before` null), changed, or taken away (`after` null). */
export interface Effect {
  id: string
  before: Values | null
  after: Values | null
}

/**
 * What follows from the new records of a piece that was guessed without locks: gathered beforehand, written in its
 * transaction, which is where the guess is checked.
 */
export interface Tally {
  /** Takes in a new record; `referred` is what {@link References.of} answered. */
  add(id: string, record: Values, referred: Values): void
  /** Throws `ChunkConflict` when the guess was wrong. `ids`: the first and the last of the piece. */
  write(trx: Knex.Transaction, insert: BulkInsert, ids: { first: string; last: string }): Promise<void>
}

/** How the records of a kind are kept: everything that differs from one kind to the next. */
export interface RecordKind {
  rules: RecordRules
  table: string
  /** What a row is matched by. */
  key: UniqueField
  /** Its other unique fields. */
  others: readonly UniqueField[]
  columns: readonly RecordColumn[]
  /** Columns that every new record gets beside those of its fields. */
  constants?: Readonly<Record<string, string>>
  /** Whether rows carry the name of their source. */
  hasSource: boolean
  /** Columns that get the present moment with a new record; `updated_at` with every change too. */
  times: readonly string[]
  /** Ids come from the counter `imported` and not from AUTO_INCREMENT: they are known before the rows are written. */
  countedIds?: boolean
  /** Domains whose cached answers show these records. */
  domains: readonly string[]
  references?(context: Looking, candidates: readonly Candidate[]): Promise<References>
  /**
   * Pieces of new records may be guessed before their transaction; `tally` is needed where anything follows from
   * them. Absent: every row is decided under locks.
   */
  quick?: { tally?(insert: BulkInsert): Tally }
  /** Keys under which {@link References.keep} may have noted something for these rows. */
  notedKeys?(candidates: readonly Candidate[]): readonly string[]
  /** What has to be undone of what follows from records, before these change or go; inside the transaction. */
  forget?(context: Context, ids: readonly string[]): Promise<void>
  /** What else follows from records that come, change or go; inside the transaction. */
  follow?(context: Context, effects: readonly Effect[], insert: BulkInsert): Promise<void>
  /** Records among these that others refer to, so that they cannot be taken back. */
  used(trx: Knex.Transaction, ids: readonly string[]): Promise<Set<string>>
}
