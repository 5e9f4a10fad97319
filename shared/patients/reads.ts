import { createHash } from 'node:crypto'
import { type Cached, cachedList, cachedOne } from '../cache/read-cache.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { fromSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { isRowId } from '../units/ids.ts'
import { findDuplicates } from './duplicates.ts'
import { listMerges, viewMerge } from './merge-store.ts'
import { presentPatient, refuseMerged } from './merged-into.ts'
import type { PatientRow } from './model.ts'
import { countPatients, findHistory, findImports, pageIds, patients } from './repository.ts'
import type { DuplicateQuestion, MergeList, PatientHistory, PatientListQuery } from './schema.ts'
import { searchPatientRows } from './search.ts'
import { isEmptySearch, readSearch } from './search-query.ts'
import { type PatientVariant, viewPatient } from './view.ts'

export { refuseMerged } from './merged-into.ts'
export { clinicNumber, type PatientVariant, variantFor, viewPatient } from './view.ts'

/** Name of the domain in the cache. */
export const PATIENTS = 'patients'

const ONE_TTL_S = 3600
const LIST_TTL_S = 60
const DEEPEST_ROW = 10_000
const HISTORY_ROWS = 100

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>

/** A patient as finished JSON; throws `not-found`, for ids of another shape too. */
export async function getPatient(deps: ReadDeps, id: string, variant: PatientVariant): Promise<Cached> {
  if (!isRowId(id)) throw new AppError('not-found')
  const found = await cachedOne(deps, { domain: PATIENTS, id, variant, ttlS: ONE_TTL_S }, async () => {
    const row = await patients.findById(deps.db, id)
    return row === undefined ? null : viewPatient(row, variant)
  })
  if (found !== null) return found
  await refuseMerged(deps.db, id)
  throw new AppError('not-found')
}

/** What a list's question is called in the cache: a hash, because it may hold a name or an identity number. */
const keyOf = (question: unknown): string =>
  createHash('sha256').update(JSON.stringify(question)).digest('base64url')

async function rowsOf(
  deps: ReadDeps,
  query: PatientListQuery,
): Promise<{ rows: PatientRow[]; next: string | null }> {
  const { page = 1, limit, cursor } = query
  if (cursor !== undefined || page === 1) return patients.page(deps.db, { after: cursor, limit })
  const ids = await pageIds(deps.db, (page - 1) * limit, limit + 1)
  const rows = await patients.findMany(deps.db, ids.slice(0, limit))
  return { rows, next: ids.length > limit ? (ids[limit - 1] ?? null) : null }
}

/** A page of the patient file, newest first, by number or by cursor. */
export async function listPatients(
  deps: ReadDeps,
  query: PatientListQuery,
  variant: PatientVariant,
): Promise<Cached> {
  const { limit, cursor } = query
  if (cursor !== undefined && (!isRowId(cursor) || query.page !== undefined))
    throw new AppError('request/invalid', {
      errors: [{ path: 'cursor', message: 'Not a cursor of this list' }],
    })
  const page = cursor === undefined ? (query.page ?? 1) : null
  if (page !== null && page * limit > DEEPEST_ROW) throw new AppError('request/too-deep-page')
  const ask = { domain: PATIENTS, key: keyOf(['list', page, limit, cursor]), variant, ttlS: LIST_TTL_S }
  return cachedList(deps, ask, async () => {
    const [{ rows, next }, counted] = await Promise.all([
      rowsOf(deps, query),
      countPatients(deps.db, DEEPEST_ROW),
    ])
    const total = Math.min(counted, DEEPEST_ROW)
    return {
      data: rows.map((row) => viewPatient(row, variant)),
      meta: {
        page,
        limit,
        total,
        totalPages: Math.ceil(total / limit),
        ...(counted > DEEPEST_ROW ? { totalIsAtLeast: true } : {}),
        next,
      },
    }
  })
}

/** The best twenty patients for what somebody typed; nothing for less than two letters or digits. */
export async function searchPatients(deps: ReadDeps, text: string, variant: PatientVariant): Promise<Cached> {
  const query = readSearch(text)
  const ask = { domain: PATIENTS, key: keyOf(['search', query]), variant, ttlS: LIST_TTL_S }
  return cachedList(deps, ask, async () => {
    const rows = isEmptySearch(query) ? [] : await searchPatientRows(deps.db, query)
    return { data: rows.map((row) => viewPatient(row, variant)) }
  })
}

/** Patients who may be the person at the desk already, with what they have in common; straight from the database. */
export async function listDuplicates(
  deps: ReadDeps & Pick<Deps, 'clock'>,
  question: DuplicateQuestion,
  variant: PatientVariant,
) {
  const found = await findDuplicates(deps.db, question, clinicDay(deps.clock.now()))
  return {
    data: found.map(({ row, ...why }) => ({ ...viewPatient(row, variant), ...why })),
  }
}

/** What happened to a patient's record, newest first: who wrote which fields, and which import. */
export async function getPatientHistory(
  deps: ReadDeps,
  id: string,
  signal?: AbortSignal,
): Promise<PatientHistory> {
  if (!isRowId(id)) throw new AppError('not-found')
  const row = await presentPatient(deps.db, id)
  const [writes, imports] = await Promise.all([
    findHistory(deps.db, id, HISTORY_ROWS, signal),
    findImports(deps.db, row),
  ])
  const entries = [
    ...writes.map((write) => {
      const detail = typeof write.detail === 'string' ? JSON.parse(write.detail) : write.detail
      return {
        at: fromSqlUtc(write.at) ?? '',
        action: write.action,
        by: write.username,
        ...(Array.isArray(detail?.fields) ? { fields: detail.fields as string[] } : {}),
      }
    }),
    ...imports.map((each) => ({
      at: fromSqlUtc(each.at) ?? '',
      action: each.made ? 'imports.inserted' : 'imports.updated',
      by: null,
      operationId: each.operationId,
    })),
  ]
  entries.sort((a, b) => (a.at < b.at ? 1 : -1))
  return { data: entries }
}

/** Merges of a patient, newest first; of a merged one too, so that it can be taken out again. Throws `not-found`. */
export async function getMerges(deps: Pick<Deps, 'db'>, id: string): Promise<MergeList> {
  const rows = await listMerges(deps.db, id, HISTORY_ROWS)
  if (rows.length === 0) await presentPatient(deps.db, id)
  return { data: rows.map(viewMerge) }
}
