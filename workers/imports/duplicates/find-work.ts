import { writeAudit } from '../../../shared/audit/write.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import { type FoundPair, insertPairs } from '../../../shared/imports/duplicates/repository.ts'
import type { DeskCursor } from '../../../shared/imports/duplicates/task.ts'
import {
  birthdaysOfImport,
  bornOn,
  countHolders,
  countImported,
  holdersOf,
  importedAfter,
  knownApart,
  type LightRow,
  pairKey,
} from '../../../shared/patients/pairs/reads.ts'
import { swappedDay } from '../../../shared/patients/pairs/rules.ts'
import type { BulkWork, Counts, Piece } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'
import { compareAll, compareByWords, groupBy, Pairs, type Person, personOf } from './alike.ts'

/** Imported records whose telephones and numbers are looked up at once. */
const PIECE_ROWS = 500
/** Birthdays that are looked at in one piece, and people born on them at most (one day may be added). */
const PIECE_DAYS = 100
const PIECE_PEOPLE = 5000
/** A telephone of more people than this is a clinic's or a company's, and says nothing. */
const MOST_OF_PHONE = 50
/** People born on one day who are compared: beyond that it is the day of those whose birthday nobody knows. */
const MOST_OF_DAY = 5000
const FOUND_A_STATEMENT = 1000

type Born = Map<string | null, Person[]>

type Prepared = FoundPair[]
type FindPiece = Piece<Prepared, DeskCursor>

/**
 * Looks for records that may be one person's: those that an import made against all there are, by the rule that warns
 * the desk. Goes through indexes in pieces, first by telephone and number, then by day of birth, so that neither memory
 * nor a statement grows with the import or with the file.
 */
export class FindDuplicates implements BulkWork<Prepared, DeskCursor> {
  readonly #run: Run
  readonly #importNo: number

  constructor(run: Run) {
    this.#run = run
    this.#importNo = run.row.no
  }

  get #db(): Knex {
    return this.#run.deps.db
  }

  #read<T>(read: () => Promise<T>): Promise<T> {
    return patiently(this.#run, read)
  }

  /** Records and birthdays to look at. */
  async count(): Promise<number> {
    const days = await birthdaysOfImport(this.#db, this.#importNo)
    return (await countImported(this.#db, this.#importNo)) + days.length
  }

  async *pieces(from: DeskCursor | null, signal: AbortSignal): AsyncGenerator<FindPiece, void> {
    let processed = Number(this.#run.row.processed)
    let cursor = from as DeskCursor
    while (cursor.stage === 'keys' && !signal.aborted) {
      const rows = await this.#read(() => importedAfter(this.#db, this.#importNo, cursor.after, PIECE_ROWS))
      const last = rows.at(-1)
      if (last === undefined) {
        cursor = { ...cursor, stage: 'days', after: '' }
        break
      }
      const { found, crowded } = await this.#byKeys(rows)
      processed += rows.length
      cursor = { ...cursor, after: last.id, crowded: cursor.crowded + crowded }
      yield { prepared: await this.#unknown(found), end: cursor, processed }
    }
    const all = await this.#read(() => birthdaysOfImport(this.#db, this.#importNo))
    const days = all.filter((day) => day > cursor.after)
    while (days.length > 0 && !signal.aborted) {
      const { some, born, crowded } = await this.#nextDays(days)
      const pairs = new Pairs(this.#importNo)
      for (const day of some) {
        const swapped = swappedDay(day)
        const people = [...(born.get(day) ?? []), ...(swapped === null ? [] : (born.get(swapped) ?? []))]
        await compareByWords(pairs, people)
      }
      days.splice(0, some.length)
      processed += some.length
      cursor = { ...cursor, after: some.at(-1) as string, crowded: cursor.crowded + crowded }
      yield { prepared: await this.#unknown(pairs.found), end: cursor, processed }
    }
  }

  async write(trx: Knex.Transaction, found: Prepared): Promise<Counts> {
    for (let at = 0; at < found.length; at += FOUND_A_STATEMENT)
      await insertPairs(trx, this.#importNo, found.slice(at, at + FOUND_A_STATEMENT))
    if (found.length > 0)
      await writeAudit(trx, {
        userId: (this.#run.row.cursor_state as { at: DeskCursor }).at.task.by,
        action: 'imports.duplicates-chunk',
        entity: 'operation',
        entityId: this.#run.hold.id,
        outcome: 'ok',
        detail: { pairs: found.length },
      })
    return {}
  }

  /** Those of some imported records who share a telephone or a number with somebody. */
  async #byKeys(rows: readonly LightRow[]): Promise<{ found: FoundPair[]; crowded: number }> {
    const pairs = new Pairs(this.#importNo)
    const own = rows.map(personOf)
    let crowded = 0
    for (const [column, of] of [
      ['phone', (person: Person) => person.phone],
      ['id_number', (person: Person) => person.idNumber],
    ] as const) {
      const values = [...new Set(own.map(of).filter((value) => value !== null))]
      const counts = await this.#read(() => countHolders(this.#db, column, values))
      const shared = values.filter((value) => (counts.get(value) ?? 0) > 1)
      const telling = shared.filter((value) => (counts.get(value) ?? 0) <= MOST_OF_PHONE)
      crowded += shared.length - telling.length
      const holders = (await this.#read(() => holdersOf(this.#db, column, telling))).map(personOf)
      const byValue = groupBy(holders, of)
      for (const [value, ours] of groupBy(own, of))
        if (value !== null) await compareAll(pairs, ours, byValue.get(value) ?? [])
    }
    return { found: pairs.found, crowded }
  }

  /** The next birthdays whose people fit into a piece, and the people by birthday, those of swapped days as well. */
  async #nextDays(days: readonly string[]): Promise<{ some: string[]; born: Born; crowded: number }> {
    const next = days.slice(0, PIECE_DAYS)
    const counts = await this.#read(() => countHolders(this.#db, 'date_of_birth', next))
    let people = 0
    const fits = next.findIndex((day) => {
      people += counts.get(day) ?? 0
      return people > PIECE_PEOPLE
    })
    const some = fits === -1 ? next : next.slice(0, Math.max(1, fits))
    const swapped = some.map(swappedDay).filter((day) => day !== null)
    const ofSwapped = await this.#read(() => countHolders(this.#db, 'date_of_birth', swapped))
    const all = new Map([...counts, ...ofSwapped])
    const wanted = [...new Set([...some, ...swapped])].filter((day) => (all.get(day) ?? 0) > 0)
    const isCrowded = (day: string) => (all.get(day) ?? 0) > MOST_OF_DAY
    const rows: LightRow[] = []
    const plain = wanted.filter((day) => !isCrowded(day))
    rows.push(...(await this.#read(() => holdersOf(this.#db, 'date_of_birth', plain))))
    for (const day of wanted.filter(isCrowded))
      for (const own of [true, false])
        rows.push(
          ...(await this.#read(() => bornOn(this.#db, day, { importNo: this.#importNo, own }, MOST_OF_DAY))),
        )
    const born = groupBy(rows.map(personOf), ({ dateOfBirth }) => dateOfBirth)
    return { some, born, crowded: some.filter(isCrowded).length }
  }

  /** Without those of whom somebody has said that they are two people. */
  async #unknown(found: FoundPair[]): Promise<FoundPair[]> {
    const known = new Set<string>()
    for (let at = 0; at < found.length; at += FOUND_A_STATEMENT) {
      const some = found
        .slice(at, at + FOUND_A_STATEMENT)
        .map(({ imported, other }) => [imported, other] as [string, string])
      for (const key of await this.#read(() => knownApart(this.#db, some))) known.add(key)
    }
    return found.filter(({ imported, other }) => !known.has(pairKey(imported, other).join(' ')))
  }
}
