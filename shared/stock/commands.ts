import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { type WriteDeps as CacheWriteDeps, writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { madeBefore, type Once, onceInsertion, onceOf } from '../db/idempotency.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { ring } from '../events/outbox.ts'
import { type MedicationRow, medicationRows } from '../medications/reads.ts'
import { senOf } from '../medications/rules.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { presentStock, STOCK } from './reads.ts'
import {
  type BatchRow,
  findBatches,
  findBatchNo,
  insertBatch,
  lockLevel,
  type NewMovement,
  writeMovements,
} from './repository.ts'
import type { MovementKind } from './rules.ts'
import type { AdjustInput, CountInput, ReceiveInput, Stock } from './schema.ts'
import { balances } from './take.ts'
import type { StockVariant } from './view.ts'

export { type MoveContext, putBack, type Short, takeStock, type Wanted } from './take.ts'

type WriteDeps = CacheWriteDeps & Pick<Deps, 'redis'>
type Who = Omit<AuditEntry, 'action' | 'outcome'>

/** Who writes, and what of the prices he sees in the answer. */
export interface StockWriter {
  who: Who
  variant: StockVariant
}

/** Kind of the thing that a request under an `Idempotency-Key` made. */
const ENTITY = 'stock'

async function medicationOf(deps: WriteDeps, id: string): Promise<MedicationRow> {
  const medication = (await medicationRows(deps.db, [id])).get(id)
  if (medication === undefined) throw new AppError('not-found')
  return medication
}

const fault = (path: string, message: string) => new AppError('rule/broken', { errors: [{ path, message }] })

type Made = Pick<NewMovement, 'batch_id' | 'kind' | 'quantity' | 'reason'>

/**
 * One change of one medicine's stock: its level is locked, `decide` says what moves, and movements, audit and the
 * note for the cache are one transaction. A request whose key was seen before changes nothing. Answers the stock then.
 */
async function changing(
  deps: WriteDeps,
  medication: MedicationRow,
  action: string,
  { who, variant }: StockWriter,
  once: Once | undefined,
  decide: (trx: Knex.Transaction, now: Date) => Promise<{ moves: Made[]; batches: BatchRow[] }>,
): Promise<Stock> {
  const now = deps.clock.now()
  const { id } = medication
  const present = () => presentStock(deps.db, medication, clinicDay(now), variant)
  if (once !== undefined && (await madeBefore(deps.db, once, ENTITY)) !== undefined) return present()
  try {
    const stock = await writing(deps, STOCK, async (trx) => {
      if (once !== undefined) await onceInsertion(trx, once, ENTITY, id)
      const level = await lockLevel(trx, id)
      const { moves, batches } = await decide(trx, now)
      const next = balances(
        new Map([[id, level.on_hand]]),
        new Map(batches.map((batch) => [batch.id, batch.on_hand])),
      )
      const movements = moves.map(
        (move): NewMovement => ({
          medication_id: id,
          ...move,
          ...next(id, move.batch_id, move.quantity),
          line_id: null,
          patient_id: null,
          user_id: who.userId ?? null,
          at: toSqlUtc(now),
        }),
      )
      await writeMovements(trx, movements)
      const detail = { moved: moves.map(({ batch_id, quantity }) => ({ batch: batch_id, quantity })) }
      await writeAudit(
        trx,
        { ...who, action, entity: 'medication', entityId: id, outcome: 'ok', detail },
        now,
      )
      return { result: await presentStock(trx, medication, clinicDay(now), variant) }
    })
    void ring(deps)
    return stock
  } catch (error) {
    // two requests with the same key at once: the second waited for the first one's row of the key
    if (
      once !== undefined &&
      isDuplicateKey(error) &&
      (await madeBefore(deps.db, once, ENTITY)) !== undefined
    )
      return present()
    throw error
  }
}

/** Puts a delivery on the shelf. Throws `rule/broken` for a batch known with another expiry, or expired already. */
export async function receiveStock(
  deps: WriteDeps,
  medicationId: string,
  input: ReceiveInput,
  writer: StockWriter,
  key?: string,
): Promise<Stock> {
  const medication = await medicationOf(deps, medicationId)
  const once = onceOf(writer.who.userId, key, ['stock.receive', medicationId, input])
  return changing(deps, medication, 'stock.receive', writer, once, async (trx, now) => {
    if (input.expiresOn < clinicDay(now)) throw fault('expiresOn', 'Is over already')
    const known = await findBatchNo(trx, medicationId, input.batchNo)
    if (known !== undefined && known.expires_on !== input.expiresOn)
      throw fault('expiresOn', 'This batch is known with another expiry')
    const price = input.costPrice ?? medication.cost_price
    const batch = known ?? {
      medication_id: medicationId,
      batch_no: input.batchNo,
      expires_on: input.expiresOn,
      cost_sen: price === null ? null : senOf(price),
      supplier: input.supplier ?? null,
      received_at: toSqlUtc(now),
    }
    const row: BatchRow =
      'id' in batch ? batch : { ...batch, id: await insertBatch(trx, batch), on_hand: 0, version: 1 }
    const move: Made = { batch_id: row.id, kind: 'receive', quantity: input.quantity, reason: null }
    return { moves: [move], batches: [row] }
  })
}

/** The batches named, which must be of this medicine and as the writer has seen them. */
async function batchesSeen(
  trx: Knex.Transaction,
  medication: MedicationRow,
  seen: readonly { batchId: string; version: number }[],
  day: string,
  variant: StockVariant,
): Promise<BatchRow[]> {
  const rows = await findBatches(
    trx,
    seen.map(({ batchId }) => batchId),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return Promise.all(
    seen.map(async ({ batchId, version }) => {
      const row = byId.get(batchId)
      if (row === undefined || row.medication_id !== medication.id)
        throw fault('batchId', 'This medicine has no such batch')
      if (row.version === version) return row
      throw new AppError('state/version', {
        extra: { current: await presentStock(trx, medication, day, variant) },
      })
    }),
  )
}

/** Takes off or adds what a reason explains. Throws `state/version`, `rule/broken` where more goes than there is. */
export async function adjustStock(
  deps: WriteDeps,
  medicationId: string,
  { batchId, change, reason, version }: AdjustInput,
  writer: StockWriter,
  key?: string,
): Promise<Stock> {
  const medication = await medicationOf(deps, medicationId)
  const asked = ['stock.adjust', medicationId, batchId, change, reason, version]
  const once = onceOf(writer.who.userId, key, asked)
  return changing(deps, medication, 'stock.adjust', writer, once, async (trx, now) => {
    const day = clinicDay(now)
    const seen = [{ batchId, version }]
    const [row] = (await batchesSeen(trx, medication, seen, day, writer.variant)) as [BatchRow]
    if (row.on_hand + change < 0) throw fault('change', 'There is less than that')
    return { moves: [{ batch_id: batchId, kind: 'adjust', quantity: change, reason }], batches: [row] }
  })
}

/** Puts what was counted in place of what the book says. Throws `state/version` when a batch moved meanwhile. */
export async function countStock(
  deps: WriteDeps,
  medicationId: string,
  { counts, reason }: CountInput,
  writer: StockWriter,
): Promise<Stock> {
  const medication = await medicationOf(deps, medicationId)
  return changing(deps, medication, 'stock.count', writer, undefined, async (trx, now) => {
    const batches = await batchesSeen(trx, medication, counts, clinicDay(now), writer.variant)
    const kind: MovementKind = 'count'
    const moves = counts.map(({ batchId, counted }, n) => ({
      batch_id: batchId,
      kind,
      quantity: counted - (batches[n] as BatchRow).on_hand,
      reason: reason ?? null,
    }))
    return { moves, batches }
  })
}
