import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { MovementKind } from './rules.ts'

type Named = { generic_name: string; brand_name: string | null; strength: string | null; form: string | null }
const NAMED = ['m.generic_name', 'm.brand_name', 'm.strength', 'm.form', 'm.unit'] as const

export interface LowRow extends Named {
  id: string
  unit: string
  reorder_level: number
  on_hand: string
  available: string
}

/** Sums of what is left of each medicine; `day` decides what has expired. */
const leftOf = (db: Db, day: string) =>
  db('stock_batches')
    .where('on_hand', '>', 0)
    .groupBy('medication_id')
    .select('medication_id')
    .sum({ on_hand: 'on_hand' })
    .select(db.raw('sum(if(expires_on >= ?, on_hand, 0)) as available', [day]))
    .as('s')

/** Medicines in use of which no more is left than their reorder level, the emptiest first. */
export function listLow(db: Db, day: string, from: number, limit: number): Promise<LowRow[]> {
  const query = db('medications as m')
    .comment('stock.low')
    .leftJoin(leftOf(db, day), 's.medication_id', 'm.id')
    .where('m.active', 1)
    .where('m.reorder_level', '>', 0)
    .whereRaw('coalesce(s.available, 0) <= m.reorder_level')
    .orderByRaw('coalesce(s.available, 0) / m.reorder_level, m.generic_name, m.id')
    .offset(from)
    .limit(limit)
    .select('m.id', ...NAMED, 'm.reorder_level')
    .select(
      db.raw('coalesce(s.on_hand, 0) as on_hand'),
      db.raw('coalesce(s.available, 0) as available'),
      db.raw('count(*) over () as total'),
    )
  return reading(query as unknown as PromiseLike<LowRow[]>)
}

export interface LeftRow {
  medication_id: string
  on_hand: string
  available: string
  expires_on: string | null
}

/** What is left of some medicines, and when the first of it that is good on `day` will be over. */
export function listLevels(db: Db, medicationIds: readonly string[], day: string): Promise<LeftRow[]> {
  const query = db('stock_batches')
    .comment('stock.levels')
    .whereIn('medication_id', [...medicationIds])
    .where('on_hand', '>', 0)
    .groupBy('medication_id')
    .select('medication_id')
    .sum({ on_hand: 'on_hand' })
    .select(
      db.raw('sum(if(expires_on >= ?, on_hand, 0)) as available', [day]),
      db.raw('min(if(expires_on >= ?, expires_on, null)) as expires_on', [day]),
    )
  return reading(query as unknown as PromiseLike<LeftRow[]>)
}

export interface ExpiringRow extends Named {
  id: string
  medication_id: string
  batch_no: string
  expires_on: string
  on_hand: number
  unit: string
}

/** Batches that are over on a day or before, the first ones first. */
export function listExpiring(db: Db, until: string, from: number, limit: number): Promise<ExpiringRow[]> {
  const query = db('stock_batches as b')
    .comment('stock.expiring')
    .join('medications as m', 'm.id', 'b.medication_id')
    .where('b.on_hand', '>', 0)
    .where('b.expires_on', '<=', until)
    .orderBy(['b.expires_on', 'b.id'])
    .offset(from)
    .limit(limit)
    .select('b.id', 'b.medication_id', 'b.batch_no', 'b.expires_on', 'b.on_hand', ...NAMED)
    .select(db.raw('count(*) over () as total'))
  return reading(query as unknown as PromiseLike<ExpiringRow[]>)
}

export interface ValueRow {
  medicines: number
  batches: number
  selling_sen: string | null
  cost_sen: string | null
  expired_cost_sen: string | null
}

/** What the shelves are worth in sen; a batch whose cost is not known counts with that of its medicine. */
export async function findValue(db: Db, day: string): Promise<ValueRow> {
  const query = db('stock_batches as b')
    .comment('stock.value')
    .join('medications as m', 'm.id', 'b.medication_id')
    .where('b.on_hand', '>', 0)
    .first(
      db.raw('count(distinct b.medication_id) as medicines'),
      db.raw('count(*) as batches'),
      db.raw('sum(b.on_hand * m.selling_price * 100) as selling_sen'),
      db.raw('sum(b.on_hand * coalesce(b.cost_sen, m.cost_price * 100, 0)) as cost_sen'),
      db.raw(
        'sum(if(b.expires_on < ?, b.on_hand * coalesce(b.cost_sen, m.cost_price * 100, 0), 0)) as expired_cost_sen',
        [day],
      ),
    )
  return (await reading(query as unknown as PromiseLike<ValueRow | undefined>)) as ValueRow
}

export interface MovementRow extends Named {
  id: string
  at: string
  kind: MovementKind
  quantity: number
  batch_no: string
  medication_after: number
  medication_id: string
  unit: string
  reason: string | null
  by: string | null
  line_id: string | null
  patient_id: string | null
  patient_name: string | null
}

/** Which movements a list wants; `psychotropic` alone is the register. */
export interface MovementFilter {
  medicationId?: string | undefined
  psychotropic?: boolean
  /** Instants as the database keeps them, from (with) and to (without). */
  from?: string | undefined
  to?: string | undefined
  before?: string | undefined
}

/** Movements, the last one first, one more than `limit` when there are more. */
export function listMovements(db: Db, filter: MovementFilter, limit: number): Promise<MovementRow[]> {
  const query = db('stock_movements as v')
    .comment('stock.movements')
    .join('medications as m', 'm.id', 'v.medication_id')
    .join('stock_batches as b', 'b.id', 'v.batch_id')
    .leftJoin('users as u', 'u.id', 'v.user_id')
    .leftJoin('patients as p', 'p.id', 'v.patient_id')
    .orderBy('v.id', 'desc')
    .limit(limit + 1)
    .select(
      'v.id',
      'v.at',
      'v.kind',
      'v.quantity',
      'b.batch_no',
      'v.medication_after',
      'v.medication_id',
      ...NAMED,
      'v.reason',
      'u.name as by',
      'v.line_id',
      'v.patient_id',
      'p.name as patient_name',
    )
  if (filter.psychotropic) query.where('m.psychotropic', 1)
  if (filter.medicationId !== undefined) query.where('v.medication_id', filter.medicationId)
  if (filter.from !== undefined) query.where('v.at', '>=', filter.from)
  if (filter.to !== undefined) query.where('v.at', '<', filter.to)
  if (filter.before !== undefined) query.where('v.id', '<', filter.before)
  return reading(query as unknown as PromiseLike<MovementRow[]>)
}
