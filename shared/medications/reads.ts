import { createHash } from 'node:crypto'
import { type Cached, cachedList, cachedOne, METADATA_TTL_S } from '../cache/read-cache.ts'
import type { Db } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { Principal } from '../rights/permissions.ts'
import {
  countMedications,
  findMedication,
  findMedications,
  listMedications,
  type MedicationPlace,
  type MedicationRow,
} from './repository.ts'
import type { MedicationPage, MedicationsQuery } from './schema.ts'
import { type MedicationVariant, toMedication } from './view.ts'

/** The cache's name for everything about medicines. */
export const MEDICATIONS = 'medications'

const MAX_ROWS_DEEP = 10_000
const MAX_WORDS = 6

/** Raised when the shape changes, so that no answer of the version before is found. */
const SHAPE = 2

/** What of a medicine's prices a person sees. */
export const variantOf = (principal: Principal): MedicationVariant =>
  principal.permissions.has('medications.write') ? 'costs' : 'plain'

const toCursor = ({ generic_name, id }: MedicationRow): string =>
  Buffer.from(JSON.stringify([generic_name, id])).toString('base64url')

function fromCursor(cursor: string): MedicationPlace {
  try {
    const [name, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof name === 'string' && typeof id === 'string') return { name, id }
  } catch {
    // said below
  }
  throw new AppError('request/invalid', {
    errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
  })
}

async function readPage(
  deps: Deps,
  query: MedicationsQuery,
  variant: MedicationVariant,
): Promise<MedicationPage> {
  const { page, limit, cursor } = query
  const words = query.query.split(/\s+/).filter(Boolean).slice(0, MAX_WORDS)
  const active = query.active === 'all' ? undefined : query.active === 'true'
  const filter = { words, category: query.category, active }
  const from = cursor === undefined ? { skip: (page - 1) * limit } : { after: fromCursor(cursor) }
  const [rows, total] = await Promise.all([
    listMedications(deps.db, filter, from, limit),
    countMedications(deps.db, filter),
  ])
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    data: shown.map((row) => toMedication(row, variant)),
    meta: {
      page,
      limit,
      total,
      totalPages: Math.ceil(total / limit),
      next: last === undefined ? null : toCursor(last),
    },
  }
}

/** A page of the medicines in use, by name; kept for a day, made old by every change. */
export async function medicationPage(
  deps: Deps,
  principal: Principal,
  query: MedicationsQuery,
): Promise<Cached> {
  if (query.cursor === undefined && query.page * query.limit > MAX_ROWS_DEEP) {
    throw new AppError('request/too-deep-page')
  }
  const variant = variantOf(principal)
  const { query: text, category, active, page, limit, cursor } = query
  const asked = JSON.stringify([text.toLowerCase(), category ?? null, active, cursor ?? page, limit])
  const key = createHash('sha256').update(asked).digest('base64url')
  return cachedList(
    deps,
    { domain: MEDICATIONS, variant: `${variant}-${SHAPE}`, ttlS: METADATA_TTL_S, key },
    () => readPage(deps, query, variant),
  )
}

/** One medicine. Throws `not-found`. */
export async function medicationById(deps: Deps, principal: Principal, id: string): Promise<Cached> {
  const variant = variantOf(principal)
  const found = await cachedOne(
    deps,
    { domain: MEDICATIONS, variant: `${variant}-${SHAPE}`, ttlS: METADATA_TTL_S, id },
    async () => {
      const row = await findMedication(deps.db, id)
      return row === undefined ? null : toMedication(row, variant)
    },
  )
  if (found === null) throw new AppError('not-found')
  return found
}

/** The medicines of these ids for work on other things, by id; prices as decimal strings. */
export async function medicationRows(db: Db, ids: readonly string[]): Promise<Map<string, MedicationRow>> {
  const rows = await findMedications(db, [...new Set(ids)])
  return new Map(rows.map((row) => [row.id, row]))
}

export { titleOf } from './view.ts'
export type { MedicationRow }
