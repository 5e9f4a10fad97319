import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { addEvents } from '../events/outbox.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { MovementKind } from './rules.ts'

export interface LevelRow {
  medication_id: string
  on_hand: number
  version: number
}

export interface BatchRow {
  id: string
  medication_id: string
  batch_no: string
  expires_on: string
  on_hand: number
  cost_sen: number | null
  supplier: string | null
  received_at: string
  version: number
}

const BATCH_COLUMNS = [
  'id',
  'medication_id',
  'batch_no',
  'expires_on',
  'on_hand',
  'cost_sen',
  'supplier',
  'received_at',
  'version',
] as const satisfies readonly (keyof BatchRow)[]

/** Locks the levels of medicines in the order of their ids: whoever changes stock does this first. */
export const lockLevels = (trx: Knex.Transaction, medicationIds: readonly string[]): Promise<LevelRow[]> =>
  reading(
    trx('stock_levels')
      .comment('stock.lock-levels')
      .whereIn('medication_id', [...medicationIds])
      .orderBy('medication_id')
      .forUpdate()
      .select('medication_id', 'on_hand', 'version') as PromiseLike<LevelRow[]>,
  )

/**
 * Locks the level of one medicine, which is made where nothing ever came before. Locked first and made only if it is
 * missing: an insert that meets a row holds it shared, and two who do that wait for each other.
 */
export async function lockLevel(trx: Knex.Transaction, medicationId: string): Promise<LevelRow> {
  const [found] = await lockLevels(trx, [medicationId])
  if (found !== undefined) return found
  await trx('stock_levels')
    .comment('stock.first-level')
    .insert({ medication_id: medicationId })
    .onConflict('medication_id')
    .ignore()
  const [made] = await lockLevels(trx, [medicationId])
  return made as LevelRow
}

/** What is left of the batches of medicines, first expiring first. */
export const listBatches = (db: Db, medicationIds: readonly string[]): Promise<BatchRow[]> =>
  reading(
    db('stock_batches')
      .comment('stock.batches')
      .whereIn('medication_id', [...medicationIds])
      .where('on_hand', '>', 0)
      .orderBy(['medication_id', 'expires_on', 'id'])
      .select(BATCH_COLUMNS) as PromiseLike<BatchRow[]>,
  )

/** Batches by their ids, used up or not. */
export const findBatches = (db: Db, ids: readonly string[]): Promise<BatchRow[]> =>
  reading(
    db('stock_batches')
      .comment('stock.find-batches')
      .whereIn('id', [...ids])
      .orderBy('id')
      .select(BATCH_COLUMNS) as PromiseLike<BatchRow[]>,
  )

export const findLevel = (db: Db, medicationId: string): Promise<LevelRow | undefined> =>
  reading(
    db('stock_levels')
      .comment('stock.level')
      .where({ medication_id: medicationId })
      .first('medication_id', 'on_hand', 'version') as PromiseLike<LevelRow | undefined>,
  )

/** A batch of a medicine by its number. */
export const findBatchNo = (db: Db, medicationId: string, batchNo: string): Promise<BatchRow | undefined> =>
  reading(
    db('stock_batches')
      .comment('stock.batch-no')
      .where({ medication_id: medicationId, batch_no: batchNo })
      .first(BATCH_COLUMNS) as PromiseLike<BatchRow | undefined>,
  )

/** Adds an empty batch; answers its id. */
export async function insertBatch(
  trx: Knex.Transaction,
  row: Omit<BatchRow, 'id' | 'on_hand' | 'version'>,
): Promise<string> {
  const [id] = await trx('stock_batches')
    .comment('stock.new-batch')
    .insert({ ...row, on_hand: 0 })
  return String(id)
}

/** A movement as it is written down. */
export interface NewMovement {
  medication_id: string
  batch_id: string
  kind: MovementKind
  quantity: number
  batch_after: number
  medication_after: number
  line_id: string | null
  patient_id: string | null
  reason: string | null
  user_id: string | null
  at: string
}

const MOVE_BATCHES = `update stock_batches b
  join json_table(?, '$[*]' columns (id bigint unsigned path '$.id', quantity int path '$.quantity')) m on m.id = b.id
  set b.on_hand = b.on_hand + m.quantity, b.version = b.version + 1`
const MOVE_LEVELS = `update stock_levels l
  join json_table(?, '$[*]' columns (id bigint unsigned path '$.id', quantity int path '$.quantity')) m
    on m.id = l.medication_id
  set l.on_hand = l.on_hand + m.quantity, l.version = l.version + 1`

/** Sums by a key, as the list that the two updates read. */
function sums(movements: readonly NewMovement[], key: 'batch_id' | 'medication_id'): string {
  const all = new Map<string, number>()
  for (const each of movements) all.set(each[key], (all.get(each[key]) ?? 0) + each.quantity)
  return JSON.stringify([...all].map(([id, quantity]) => ({ id, quantity })))
}

/** Tells the shelves' screens which medicines moved, and what is left of them. Ring after the commit. */
function tellMoved(trx: Knex.Transaction, movements: readonly NewMovement[]): Promise<void> {
  const last = new Map(movements.map((each) => [each.medication_id, each]))
  return addEvents(
    trx,
    [...last].map(([id, { medication_after, at }]) => ({
      topic: 'stock',
      body: { type: 'stock.changed', at: fromSqlUtc(at) ?? '', entity: { id, onHand: medication_after } },
    })),
  )
}

/** Writes movements, what they make of batches and levels, and the events: four statements, however many movements. */
export async function writeMovements(
  trx: Knex.Transaction,
  movements: readonly NewMovement[],
): Promise<void> {
  if (movements.length === 0) return
  await trx('stock_movements').comment('stock.move').insert(movements)
  await trx.raw(MOVE_BATCHES, [sums(movements, 'batch_id')])
  await trx.raw(MOVE_LEVELS, [sums(movements, 'medication_id')])
  await tellMoved(trx, movements)
}

/** What lines of prescriptions still have of each batch: what was handed over less what was brought back. */
export const handedOut = (
  db: Db,
  lineIds: readonly string[],
): Promise<{ line_id: string; medication_id: string; batch_id: string; quantity: string }[]> =>
  reading(
    db('stock_movements')
      .comment('stock.handed-out')
      .whereIn('line_id', [...lineIds])
      .groupBy('line_id', 'medication_id', 'batch_id')
      .orderBy(['medication_id', 'batch_id', 'line_id'])
      .select('line_id', 'medication_id', 'batch_id')
      .sum({ quantity: db.raw('-quantity') }) as unknown as PromiseLike<
      { line_id: string; medication_id: string; batch_id: string; quantity: string }[]
    >,
  )
