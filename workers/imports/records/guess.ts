import type { Knex } from '../../../shared/db/connect.ts'
import type { Counts } from '../../runtime/bulk-work.ts'
import type { BulkInsert } from '../load-data.ts'
import type { Refusal } from '../patients/plan.ts'
import type { RowText } from '../row-text.ts'
import { toColumn } from './columns.ts'
import type { Candidate, Looking, RecordKind, References, Tally, UniqueField, Values } from './kind.ts'
import { appendRecord } from './write.ts'

/** Between the columns of a stored record in {@link storedTexts}; no value of ours has it. */
const BETWEEN = '\u0001'

/** What some rows meet in the database, looked up without locks. */
export interface Met {
  /** Stored records by their key: the columns of the kind in their order, `''` for none. */
  stored: ReadonlyMap<string, string>
  /** Values of other unique fields that are held, by place and value. */
  held: ReadonlySet<string>
  references: References | undefined
}

const NOTHING: ReadonlyMap<string, string> = new Map()
const NO_ONE: ReadonlySet<string> = new Set()
const NOTHING_MORE: Values = {}

const given = (candidates: readonly Candidate[], field: string): string[] =>
  candidates.flatMap(({ values }) => {
    const value = values[field]
    return typeof value === 'string' ? [value] : []
  })

const ofSource = ({ perSource }: UniqueField, source: string) =>
  perSource ? { where: 'source = ? and', bindings: [source] } : { where: '', bindings: [] }

/**
 * One text a record instead of a value for each column: most records of a file that is sent again are equal to what is
 * stored, and to see that of a text is far cheaper than to read a dozen values.
 */
async function storedTexts(
  { trx, source }: Looking,
  { table, key, columns }: RecordKind,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, string>> {
  const keys = given(candidates, key.field)
  if (keys.length === 0) return NOTHING
  const { where, bindings } = ofSource(key, source)
  const [rows] = (await trx
    .raw(
      `/* imports.stored */ select ??, concat_ws(char(1), ${columns.map(() => "ifnull(??, '')").join(', ')})
       from ?? where ${where} ?? in (?)`,
      [key.column, ...columns.map(({ column }) => column), table, ...bindings, key.column, keys],
    )
    .options({ rowsAsArray: true })) as unknown as [[string, string][]]
  return new Map(rows)
}

async function heldValues(
  { trx, source }: Looking,
  { table, others }: RecordKind,
  candidates: readonly Candidate[],
): Promise<ReadonlySet<string>> {
  const held = new Set<string>()
  for (const [at, other] of others.entries()) {
    const values = given(candidates, other.field)
    if (values.length === 0) continue
    const { where, bindings } = ofSource(other, source)
    const [rows] = (await trx
      .raw(`/* imports.held */ select ?? from ?? where ${where} ?? in (?)`, [
        ...[other.column, table, ...bindings, other.column, values],
      ])
      .options({ rowsAsArray: true })) as unknown as [[string][]]
    for (const [value] of rows) held.add(`${at}:${value}`)
  }
  return held
}

/** Whether nothing is stored that a row could meet. */
export async function isNothingStored(
  { table, key, others }: RecordKind,
  { trx, source }: Looking,
): Promise<boolean> {
  const isPerSource = [key, ...others].every(({ perSource }) => perSource)
  const any = await trx(table)
    .where(isPerSource ? { source } : {})
    .first('id')
  return any === undefined
}

/** Looks up what some rows meet. `isEmpty`: nothing of the kind is stored, so that looking keys up is pointless. */
export async function meet(
  kind: RecordKind,
  looking: Looking,
  candidates: readonly Candidate[],
  isEmpty: boolean,
): Promise<Met> {
  const [stored, held, references] = await Promise.all([
    isEmpty ? NOTHING : storedTexts(looking, kind, candidates),
    isEmpty ? NO_ONE : heldValues(looking, kind, candidates),
    kind.references?.(looking, candidates),
  ])
  return { stored, held, references }
}

/** Whether everything that a row gives is stored already; an empty cell never erases. */
function isSame({ columns }: RecordKind, values: Values, stored: string): boolean {
  const cells = stored.split(BETWEEN)
  return columns.every(({ field, type, isOfNew }, at) => {
    const value = values[field]
    return isOfNew === true || typeof value !== 'string' || toColumn(type, value) === cells[at]
  })
}

/** A piece as far as it may be guessed without locks: new records as rows, the others counted. */
export interface Guess {
  rows: RowText
  tally: Tally | undefined
  ids: { first: string; last: string }
  counts: Counts
  refusals: Refusal[]
  /** Rows that are decided inside the transaction: those that meet something there, or may meet each other. */
  late: Candidate[]
}

/** Gathers the guess for a piece. */
export class Guesser {
  readonly #kind: RecordKind
  readonly #origin: { importNo: number; source: string; now: string }
  #nextId: number
  readonly guess: Guess

  constructor(
    kind: RecordKind,
    insert: BulkInsert,
    rows: RowText,
    origin: { importNo: number; source: string; now: string; firstId: number },
  ) {
    this.#kind = kind
    this.#origin = origin
    this.#nextId = origin.firstId
    const first = String(origin.firstId)
    this.guess = {
      rows,
      tally: kind.quick?.tally?.(insert),
      ids: { first, last: first },
      counts: { inserted: 0, unchanged: 0, rejected: 0 },
      refusals: [],
      late: [],
    }
  }

  /** The first id that is not used for one of the new records. */
  get nextId(): number {
    return this.#nextId
  }

  take(candidate: Candidate, { stored, held, references }: Met): void {
    const { guess } = this
    const { row, line, cells, problems } = candidate
    if (candidate.isWatched) {
      guess.late.push(candidate)
      return
    }
    const referred = references?.of(candidate)
    if (problems.length > 0 || (referred !== undefined && referred.problems.length > 0)) {
      guess.refusals.push({ row, line, cells, problems: [...problems, ...(referred?.problems ?? [])] })
      this.#count('rejected')
      return
    }
    const { values } = candidate
    const more = referred?.values ?? NOTHING_MORE
    const known = stored.get(values[this.#kind.key.field] as string)
    if (known !== undefined) {
      if (isSame(this.#kind, { ...values, ...more }, known)) this.#count('unchanged')
      else guess.late.push(candidate)
    } else if (this.#isTaken(values, held) || this.#isRefused(values, references)) guess.late.push(candidate)
    else this.#insert(values, more)
  }

  #count(name: string): void {
    this.guess.counts[name] = (this.guess.counts[name] ?? 0) + 1
  }

  #isTaken(record: Values, held: ReadonlySet<string>): boolean {
    return held.size > 0 && this.#kind.others.some(({ field }, at) => held.has(`${at}:${record[field]}`))
  }

  #isRefused(record: Values, references: References | undefined): boolean {
    return references?.admit !== undefined && references.admit(record, null).length > 0
  }

  #insert(values: Values, referred: Values): void {
    const { rows, tally, ids } = this.guess
    const id = String(this.#nextId++)
    ids.last = id
    appendRecord(rows, this.#kind, this.#origin, { id, values, referred })
    tally?.add(id, values, referred)
    this.#count('inserted')
  }
}

/** What a guess looks up with: nothing is held. */
export const guessing = (trx: Knex, source: string, importerId: string | null): Looking => ({
  ...{ trx, source, importerId, isHeld: false, noted: new Map() },
})
