import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'

/** A row of `medications` as the driver gives it; prices are decimal strings. */
export interface MedicationRow {
  id: string
  sku: string
  generic_name: string
  brand_name: string | null
  form: string | null
  strength: string | null
  unit: string
  category: string | null
  atc_code: string | null
  poison_group: string | null
  psychotropic: number
  cost_price: string | null
  selling_price: string
  /** Units on hand at which more is ordered; 0: never. */
  reorder_level: number
  active: number
  version: number
}

/** What a new medicine is made from. */
export type NewMedication = Omit<
  MedicationRow,
  'id' | 'active' | 'version' | 'brand_name' | 'poison_group' | 'psychotropic' | 'reorder_level'
>

/** Adds those whose SKU is new and leaves the others as the clinic has them; answers how many were new. */
export async function insertNew(
  trx: Knex.Transaction,
  medications: readonly NewMedication[],
): Promise<number> {
  const known = new Set(
    await trx('medications')
      .whereIn(
        'sku',
        medications.map(({ sku }) => sku),
      )
      .forUpdate()
      .pluck('sku'),
  )
  const fresh = medications.filter(({ sku }) => !known.has(sku))
  if (fresh.length > 0) await trx('medications').insert(fresh)
  return fresh.length
}

const COLUMNS = [
  'id',
  'sku',
  'generic_name',
  'brand_name',
  'form',
  'strength',
  'unit',
  'category',
  'atc_code',
  'poison_group',
  'psychotropic',
  'cost_price',
  'selling_price',
  'reorder_level',
  'active',
  'version',
] as const satisfies readonly (keyof MedicationRow)[]

/** Which rows a list wants; `words` must all be found, each anywhere in name, brand, SKU, ATC code or category. */
export interface MedicationFilter {
  words: readonly string[]
  category: string | undefined
  /** Those in use, those no longer in use, or both. */
  active: boolean | undefined
}

/** The collation is named because that of the SKU, which tells cases apart, would win over the others. */
const SEARCHED =
  "concat_ws(' ', generic_name, brand_name, sku, atc_code, category, strength) collate utf8mb4_unicode_ci " +
  "like ? escape '|'"
const containing = (word: string) => `%${word.replace(/[%_|]/g, '|$&')}%`

function filtered(db: Knex, { words, category, active }: MedicationFilter) {
  const rows = db('medications')
  if (active !== undefined) rows.where({ active })
  for (const word of words) rows.whereRaw(SEARCHED, [containing(word)])
  if (category !== undefined) rows.where({ category })
  return rows
}

/** A place in the list, which is ordered by name, then id. */
export interface MedicationPlace {
  name: string
  id: string
}

/** One row more than `limit` when there are more, by place or by number of rows to skip. */
export async function listMedications(
  db: Knex,
  filter: MedicationFilter,
  from: { after: MedicationPlace } | { skip: number },
  limit: number,
): Promise<MedicationRow[]> {
  const rows = filtered(db, filter).orderBy('generic_name').orderBy('id')
  if ('skip' in from) rows.offset(from.skip)
  else rows.whereRaw('(generic_name, id) > (?, ?)', [from.after.name, from.after.id])
  return reading(rows.limit(limit + 1).select(COLUMNS) as PromiseLike<MedicationRow[]>)
}

/** Number of medicines that a filter finds. */
export async function countMedications(db: Knex, filter: MedicationFilter): Promise<number> {
  const row = await reading(filtered(db, filter).count({ n: '*' }).first())
  return Number(row?.n ?? 0)
}

/** One medicine, one that is no longer used too; under a lock where the row is to be changed. */
export async function findMedication(
  db: Db,
  id: string,
  options: { lock?: boolean } = {},
): Promise<MedicationRow | undefined> {
  const query = db('medications').comment('medications.find').where({ id }).first(COLUMNS)
  return reading((options.lock ? query.forUpdate() : query) as PromiseLike<MedicationRow | undefined>)
}

/** Those of these ids that there are, one that is no longer used too. */
export async function findMedications(db: Db, ids: readonly string[]): Promise<MedicationRow[]> {
  if (ids.length === 0) return []
  return reading(
    db('medications')
      .comment('medications.find-many')
      .whereIn('id', [...ids])
      .select(COLUMNS) as PromiseLike<MedicationRow[]>,
  )
}

/** Columns that a write gives. */
export type MedicationColumns = Omit<MedicationRow, 'id' | 'version'>

/** Adds a medicine; answers the id. */
export async function insertMedication(trx: Knex.Transaction, row: MedicationColumns): Promise<string> {
  const [id] = await trx('medications').comment('medications.insert').insert(row)
  return String(id)
}

/** Changes a medicine whose row is locked, and raises the version. */
export async function updateMedication(
  trx: Knex.Transaction,
  id: string,
  changes: Partial<MedicationColumns>,
): Promise<void> {
  await trx('medications')
    .comment('medications.update')
    .where({ id })
    .update({ ...changes, version: trx.raw('version + 1') })
}
