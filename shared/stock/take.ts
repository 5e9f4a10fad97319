import type { Knex } from '../db/connect.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import {
  type BatchRow,
  findBatches,
  handedOut,
  listBatches,
  lockLevels,
  type NewMovement,
  writeMovements,
} from './repository.ts'
import { type Shelf, takeFirstExpiring } from './rules.ts'

/** What a line of a prescription takes from the shelf. */
export interface Wanted {
  lineId: string
  patientId: string
  medicationId: string
  quantity: number
}

/** Who moves stock, and when. */
export interface MoveContext {
  userId: string | null | undefined
  now: Date
}

/** Not enough of a medicine; nothing was taken for anybody. */
export interface Short {
  lineId: string
  medicationId: string
  wanted: number
  available: number
}

const shelfOf = (row: BatchRow): Shelf => ({
  id: row.id,
  medicationId: row.medication_id,
  expiresOn: row.expires_on,
  onHand: row.on_hand,
})

/** Runs the balances of batches and medicines along, movement by movement. */
export function balances(levels: ReadonlyMap<string, number>, batches: ReadonlyMap<string, number>) {
  const ofMedicine = new Map(levels)
  const ofBatch = new Map(batches)
  return (medicationId: string, batchId: string, quantity: number) => {
    const medication_after = (ofMedicine.get(medicationId) ?? 0) + quantity
    const batch_after = (ofBatch.get(batchId) ?? 0) + quantity
    ofMedicine.set(medicationId, medication_after)
    ofBatch.set(batchId, batch_after)
    return { medication_after, batch_after }
  }
}

/**
 * Takes what lines want from the batches that expire first, all of it or nothing. Locks the levels of the medicines in
 * the order of their ids; give it a transaction that holds no other lock of stock. Answers what is short, if anything.
 */
export async function takeStock(
  trx: Knex.Transaction,
  wanted: readonly Wanted[],
  { userId, now }: MoveContext,
): Promise<Short[]> {
  const ids = [...new Set(wanted.map(({ medicationId }) => medicationId))]
  const levels = await lockLevels(trx, ids)
  const shelves = (await listBatches(trx, ids)).map(shelfOf)
  const next = balances(
    new Map(levels.map((level) => [level.medication_id, level.on_hand])),
    new Map(shelves.map((shelf) => [shelf.id, shelf.onHand])),
  )
  const day = clinicDay(now)
  const short: Short[] = []
  const movements = wanted.flatMap(({ lineId, patientId, medicationId, quantity }): NewMovement[] => {
    const own = shelves.filter((shelf) => shelf.medicationId === medicationId)
    const taken = takeFirstExpiring(own, quantity, day)
    if (taken === null) {
      const usable = own.filter(({ expiresOn }) => expiresOn >= day)
      const available = usable.reduce((sum, { onHand }) => sum + onHand, 0)
      short.push({ lineId, medicationId, wanted: quantity, available })
    }
    return (taken ?? []).map((part) => ({
      medication_id: medicationId,
      batch_id: part.batchId,
      kind: 'dispense',
      quantity: -part.quantity,
      ...next(medicationId, part.batchId, -part.quantity),
      line_id: lineId,
      patient_id: patientId,
      reason: null,
      user_id: userId ?? null,
      at: toSqlUtc(now),
    }))
  })
  if (short.length === 0) await writeMovements(trx, movements)
  return short
}

/** Puts what lines had been given back into the batches it came from, each unit once however often it is asked. */
export async function putBack(
  trx: Knex.Transaction,
  lines: readonly Pick<Wanted, 'lineId' | 'patientId' | 'medicationId'>[],
  reason: string,
  { userId, now }: MoveContext,
): Promise<void> {
  const ids = [...new Set(lines.map(({ medicationId }) => medicationId))]
  const levels = await lockLevels(trx, ids)
  const out = await handedOut(
    trx,
    lines.map(({ lineId }) => lineId),
  )
  const batches = await findBatches(
    trx,
    out.map((each) => each.batch_id),
  )
  const next = balances(
    new Map(levels.map((level) => [level.medication_id, level.on_hand])),
    new Map(batches.map((batch) => [batch.id, batch.on_hand])),
  )
  const patients = new Map(lines.map(({ lineId, patientId }) => [lineId, patientId]))
  const movements = out.flatMap((each): NewMovement[] => {
    const quantity = Number(each.quantity)
    if (quantity <= 0) return []
    return [
      {
        medication_id: each.medication_id,
        batch_id: each.batch_id,
        kind: 'return',
        quantity,
        ...next(each.medication_id, each.batch_id, quantity),
        line_id: each.line_id,
        patient_id: patients.get(each.line_id) ?? null,
        reason,
        user_id: userId ?? null,
        at: toSqlUtc(now),
      },
    ]
  })
  await writeMovements(trx, movements)
}
