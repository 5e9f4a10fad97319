import { createHash } from 'node:crypto'
import { type Cached, cachedList } from '../cache/read-cache.ts'
import type { Db } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { type MedicationRow, medicationRows, titleOf } from '../medications/reads.ts'
import { rmOf } from '../medications/rules.ts'
import { clinicNumber } from '../patients/reads.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { addDays, clinicDay, clinicDayStart } from '../units/dates.ts'
import { findValue, listExpiring, listLevels, listLow, listMovements, type MovementRow } from './lists.ts'
import { findLevel, listBatches } from './repository.ts'
import { isUsable } from './rules.ts'
import type {
  ExpiringList,
  ExpiringQuery,
  LevelList,
  LevelsQuery,
  LowList,
  LowQuery,
  MovementList,
  MovementsQuery,
  Register,
  RegisterQuery,
  Stock,
  StockValue,
} from './schema.ts'
import { type StockVariant, viewStock } from './view.ts'

/** Name of the domain in the cache. */
export const STOCK = 'stock'

/** Lists of stock show days left; they are asked anew in an hour at the latest. */
const TTL_S = 3600
const SHAPE = 1
const DAY_MS = 86_400_000

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'clock'>

/** Stock of a medicine as it is in the database. */
export async function presentStock(
  db: Db,
  medication: MedicationRow,
  day: string,
  variant: StockVariant,
): Promise<Stock> {
  const level = await findLevel(db, medication.id)
  const batches = level === undefined ? [] : await listBatches(db, [medication.id])
  return viewStock(medication, level, batches, day, variant)
}

const ask = (variant: string, key: string) => ({
  domain: STOCK,
  variant: `${variant}-${SHAPE}`,
  key,
  ttlS: TTL_S,
})

/** Stock of one medicine, from the cache; throws `not-found`. */
export async function getStock(deps: ReadDeps, id: string, variant: StockVariant): Promise<Cached> {
  const day = clinicDay(deps.clock.now())
  return cachedList(deps, ask(variant, `of:${id}:${day}`), async () => {
    const medication = (await medicationRows(deps.db, [id])).get(id)
    if (medication === undefined) throw new AppError('not-found')
    return presentStock(deps.db, medication, day, variant)
  })
}

/** What is left of some medicines, for lists. */
export function getLevels(deps: ReadDeps, { ids }: LevelsQuery): Promise<Cached> {
  const day = clinicDay(deps.clock.now())
  const which = createHash('sha256').update(ids.toSorted().join()).digest('base64url')
  return cachedList(deps, ask('all', `levels:${day}:${which}`), async (): Promise<LevelList> => {
    const rows = await listLevels(deps.db, ids, day)
    return {
      data: rows.map((row) => ({
        medicationId: row.medication_id,
        onHand: Number(row.on_hand),
        available: Number(row.available),
        expiresOn: row.expires_on,
      })),
    }
  })
}

const totalOf = (rows: readonly object[]): number =>
  Number((rows[0] as { total?: number | string } | undefined)?.total ?? 0)

const metaOf = (page: number, limit: number, total: number) => ({
  page,
  limit,
  total,
  totalPages: Math.ceil(total / limit),
  next: null,
})

/** What has to be ordered, the emptiest first. */
export function getLow(deps: ReadDeps, { page, limit }: LowQuery): Promise<Cached> {
  const day = clinicDay(deps.clock.now())
  return cachedList(deps, ask('all', `low:${day}:${page}:${limit}`), async (): Promise<LowList> => {
    const rows = await listLow(deps.db, day, (page - 1) * limit, limit)
    return {
      data: rows.map((row) => ({
        medicationId: row.id,
        name: titleOf(row),
        unit: row.unit,
        onHand: Number(row.on_hand),
        available: Number(row.available),
        reorderLevel: row.reorder_level,
      })),
      meta: metaOf(page, limit, totalOf(rows)),
    }
  })
}

/** What is over, or will be within so many days, the first one first. */
export function getExpiring(deps: ReadDeps, { withinDays, page, limit }: ExpiringQuery): Promise<Cached> {
  const now = deps.clock.now()
  const day = clinicDay(now)
  const until = clinicDay(now.getTime() + withinDays * DAY_MS)
  return cachedList(deps, ask('all', `expiring:${until}:${day}:${page}:${limit}`), async () => {
    const rows = await listExpiring(deps.db, until, (page - 1) * limit, limit)
    return {
      data: rows.map((row) => ({
        batchId: row.id,
        batchNo: row.batch_no,
        medicationId: row.medication_id,
        name: titleOf(row),
        unit: row.unit,
        expiresOn: row.expires_on,
        expired: !isUsable({ expiresOn: row.expires_on }, day),
        onHand: row.on_hand,
      })),
      meta: metaOf(page, limit, totalOf(rows)),
    } satisfies ExpiringList
  })
}

/** What the shelves are worth. */
export function getStockValue(deps: ReadDeps, variant: StockVariant): Promise<Cached> {
  const day = clinicDay(deps.clock.now())
  return cachedList(deps, ask(variant, `value:${day}`), async (): Promise<StockValue> => {
    const row = await findValue(deps.db, day)
    const amount = (sen: string | null) => rmOf(Math.round(Number(sen ?? 0)))
    const costs = { atCost: amount(row.cost_sen), expiredAtCost: amount(row.expired_cost_sen) }
    return {
      medicines: Number(row.medicines),
      batches: Number(row.batches),
      atSellingPrice: amount(row.selling_sen),
      ...(variant === 'costs' ? costs : {}),
    }
  })
}

const viewMovement = (row: MovementRow): MovementList['data'][number] => ({
  id: row.id,
  at: fromSqlUtc(row.at) ?? '',
  kind: row.kind,
  quantity: row.quantity,
  batchNo: row.batch_no,
  balance: row.medication_after,
  reason: row.reason,
  by: row.by,
  lineId: row.line_id,
})

function paged(rows: MovementRow[], limit: number) {
  const more = rows.length > limit
  if (more) rows.pop()
  return { limit, next: more ? (rows.at(-1)?.id ?? null) : null }
}

/** What came and went of a medicine, the last first. */
export async function getMovements(
  deps: Pick<Deps, 'db'>,
  medicationId: string,
  { cursor, limit }: MovementsQuery,
): Promise<MovementList> {
  const rows = await listMovements(deps.db, { medicationId, before: cursor }, limit)
  const meta = paged(rows, limit)
  return { data: rows.map(viewMovement), meta }
}

/** The first instant of a clinic day, as the database keeps it. */
const startOf = (day: string): string => toSqlUtc(clinicDayStart(day))

/** The register of psychotropic medicines over clinic days (both with), the last movement first. */
export async function getRegister(
  deps: Pick<Deps, 'db'>,
  { from, to, medicationId, cursor, limit }: RegisterQuery,
): Promise<Register> {
  const rows = await listMovements(
    deps.db,
    {
      psychotropic: true,
      medicationId,
      from: from === undefined ? undefined : startOf(from),
      to: to === undefined ? undefined : startOf(addDays(to, 1)),
      before: cursor,
    },
    limit,
  )
  const meta = paged(rows, limit)
  const data = rows.map((row) => ({
    ...viewMovement(row),
    medicationId: row.medication_id,
    name: titleOf(row),
    unit: row.unit,
    patient:
      row.patient_id === null
        ? null
        : { id: row.patient_id, name: row.patient_name ?? '', clinicNumber: clinicNumber(row.patient_id) },
  }))
  return { data, meta }
}
