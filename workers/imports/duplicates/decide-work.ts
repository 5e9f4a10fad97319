import { invalidate } from '../../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../../shared/cache/notes.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import { isDuplicateKey } from '../../../shared/db/errors.ts'
import { AppError } from '../../../shared/errors/app-error.ts'
import { ring } from '../../../shared/events/outbox.ts'
import {
  countNext,
  lockPairs,
  nextPairs,
  type PairRow,
  updatePairs,
} from '../../../shared/imports/duplicates/repository.ts'
import type { PairDecision, Stays } from '../../../shared/imports/duplicates/schema.ts'
import type { DeskCursor, DeskTask } from '../../../shared/imports/duplicates/task.ts'
import type { Writer } from '../../../shared/patients/commands.ts'
import {
  forgetApart,
  keepApart,
  mergeWithin,
  patientReferences,
  type Reference,
  survivorOf,
} from '../../../shared/patients/pairs/commands.ts'
import { recordsOf } from '../../../shared/patients/pairs/reads.ts'
import { toSqlUtc } from '../../../shared/units/clock.ts'
import type { BulkWork, Counts, Piece } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'

/** Merges lock two people each until the piece is committed: the front desk waits for so many at most. */
const MERGES_A_PIECE = 5
const MARKS_A_PIECE = 500

interface Order {
  decision: PairDecision
  stays: Stays
}

/**
 * Carries decisions about pairs out, in the order of the pairs. What is decided of a pair, what became of it and how far
 * the work is are one commit, so a run that is killed repeats nothing and leaves nothing out. A merge that the rules of
 * merging refuse is listed with the reason, and the work goes on.
 */
export class DecideDuplicates implements BulkWork<string[], DeskCursor> {
  readonly #run: Run
  readonly #operationNo: number
  readonly #task: DeskTask
  readonly #writer: Writer
  readonly #references: readonly Reference[]
  #touched: { ids: string[]; note: string } | null = null

  private constructor(run: Run, task: DeskTask, writer: Writer, references: readonly Reference[]) {
    this.#run = run
    this.#operationNo = run.row.no
    this.#task = task
    this.#writer = writer
    this.#references = references
  }

  static async open(run: Run, task: DeskTask): Promise<DecideDuplicates> {
    const { db } = run.deps
    const user =
      task.by === null ? undefined : await db('users').where({ id: task.by }).first('username', 'role')
    const who = { userId: task.by, username: user?.username ?? null, role: user?.role ?? null }
    return new DecideDuplicates(run, task, { who, variant: 'clinical-2' }, await patientReferences(db))
  }

  /** Which pairs are meant: those that were ordered one by one, or all that wait and are sure enough. */
  get #meant(): { statuses: string[]; minScore: number } {
    const { all } = this.#task
    if (all === undefined) return { statuses: ['ordered'], minScore: 0 }
    return { statuses: all.decision === 'later' ? ['open'] : ['open', 'later'], minScore: all.minScore }
  }

  /** Pairs to decide about, from the beginning. */
  async count(): Promise<number> {
    const { after } = (this.#run.row.cursor_state as { at: DeskCursor }).at
    const left = await countNext(this.#run.deps.db, this.#operationNo, { ...this.#meant, after })
    return left + Number(this.#run.row.processed)
  }

  async *pieces(
    from: DeskCursor | null,
    signal: AbortSignal,
  ): AsyncGenerator<Piece<string[], DeskCursor>, void> {
    let cursor = from as DeskCursor
    let processed = Number(this.#run.row.processed)
    const { all } = this.#task
    const limit = all === undefined || all.decision === 'merge' ? MERGES_A_PIECE : MARKS_A_PIECE
    while (!signal.aborted) {
      const { after } = cursor
      const ids = await patiently(this.#run, () =>
        nextPairs(this.#run.deps.db, this.#operationNo, { ...this.#meant, after, limit }),
      )
      const last = ids.at(-1)
      if (last === undefined) return
      processed += ids.length
      cursor = { ...cursor, after: last }
      yield { prepared: ids, end: cursor, processed }
    }
  }

  async write(trx: Knex.Transaction, ids: string[]): Promise<Counts> {
    const rows = (await lockPairs(trx, this.#operationNo, ids)).filter(({ status }) =>
      this.#meant.statuses.includes(status),
    )
    const orderOf = (row: PairRow): Order =>
      this.#task.all ?? { decision: row.decision ?? 'later', stays: row.stays ?? 'existing' }
    const byDecision = (decision: PairDecision) => rows.filter((row) => orderOf(row).decision === decision)
    await this.#mark(trx, byDecision('later'), 'later')
    const kept = byDecision('keep-both')
    const pairs = kept.map((row) => [row.imported_patient_id, row.other_patient_id] as const)
    await keepApart(trx, pairs, this.#writer, this.#run.deps.clock.now())
    await this.#mark(trx, kept, 'kept')
    const touched: string[] = []
    for (const row of byDecision('merge')) touched.push(...(await this.#merge(trx, row, orderOf(row).stays)))
    this.#touched =
      touched.length === 0
        ? null
        : { ids: touched, note: await noteInvalidation(trx, { domain: 'patients', ids: touched }) }
    return {}
  }

  async committed(): Promise<void> {
    if (this.#touched === null) return
    await invalidate(this.#run.deps, { domain: 'patients', ...this.#touched })
    this.#touched = null
    ring(this.#run.deps)
  }

  get #decided() {
    return {
      decided_by: this.#task.by,
      decided_at: toSqlUtc(this.#run.deps.clock.now()),
    }
  }

  #mark(trx: Knex.Transaction, rows: readonly PairRow[], status: 'later' | 'kept'): Promise<void> {
    return updatePairs(
      trx,
      rows.map(({ id }) => id),
      { status, decision: null, stays: null, refusal: null, merge_id: null, ...this.#decided },
    )
  }

  /** Puts the two together, or lists why not; answers whose records changed. */
  async #merge(trx: Knex.Transaction, row: PairRow, stays: Stays): Promise<string[]> {
    const { imported_patient_id: imported, other_patient_id: existing } = row
    await trx.raw('savepoint pair')
    try {
      const id = stays === 'existing' ? existing : imported
      const otherId = stays === 'existing' ? imported : existing
      const [version, otherVersion] = await this.#versions(trx, row, id, otherId)
      await forgetApart(trx, imported, existing)
      const { merge } = await mergeWithin(trx, {
        id,
        input: { otherId, version, otherVersion, keep: {} },
        writer: this.#writer,
        now: this.#run.deps.clock.now(),
        references: this.#references,
      })
      const fields = { status: 'merged', stays, refusal: null, merge_id: merge.id } as const
      await updatePairs(trx, [row.id], { ...fields, ...this.#decided })
      return [id, otherId]
    } catch (error) {
      const code = refusalOf(error)
      await trx.raw('rollback to savepoint pair')
      const isOne = code === 'state/merged' && (await isOneRecord(trx, imported, existing))
      await updatePairs(trx, [row.id], {
        status: isOne ? 'settled' : 'refused',
        stays: isOne ? null : stays,
        refusal: isOne ? null : code,
        merge_id: null,
        ...this.#decided,
      })
      return []
    }
  }

  /** The versions that were seen by whoever decided; for a decision over all pairs those of now. */
  async #versions(trx: Knex.Transaction, row: PairRow, ...ids: [string, string]): Promise<[number, number]> {
    const now =
      row.imported_version === null || row.other_version === null || this.#task.all !== undefined
        ? await recordsOf(trx, ids)
        : undefined
    const of = (id: string) =>
      now !== undefined
        ? (now.get(id)?.version ?? 0)
        : Number(id === row.imported_patient_id ? row.imported_version : row.other_version)
    return [of(ids[0]), of(ids[1])]
  }
}

/** Why the rules of merging refuse it; throws what is no such reason, outages as the driver told them. */
function refusalOf(error: unknown): string {
  if (isDuplicateKey(error)) return 'state/duplicate'
  if (!(error instanceof AppError)) throw error
  if (/^(state|rule)\/|^not-found$/.test(error.code)) return error.code
  throw error.cause ?? error
}

/** Whether two records are parts of one by now. */
async function isOneRecord(trx: Knex.Transaction, one: string, other: string): Promise<boolean> {
  const [a, b] = [(await survivorOf(trx, one)) ?? one, (await survivorOf(trx, other)) ?? other]
  return a === b
}
