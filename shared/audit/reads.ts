import { DateTime } from 'luxon'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { Principal } from '../rights/permissions.ts'
import { hiddenRoles } from '../rights/rank.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { isRowId } from '../units/ids.ts'
import { type AuditFilter, countEntries, type FoundEntry, pageOfEntries, pageOfTouched } from './queries.ts'
import type { AuditList, AuditQuery, AuditView, TouchedList, TouchedQuery } from './schema.ts'

const DEEPEST_ROW = 10_000
const DAY = /^\d{4}-\d{2}-\d{2}$/

type ReadDeps = Pick<Deps, 'db' | 'config'>

/** The beginning of a clinic day, or of the one after it where a span ends; an instant is itself. */
function edgeOf(text: string | undefined, zone: string, isEnd: boolean): string | undefined {
  if (text === undefined) return undefined
  if (!DAY.test(text)) return toSqlUtc(new Date(text))
  return toSqlUtc(
    DateTime.fromISO(text, { zone })
      .plus({ days: isEnd ? 1 : 0 })
      .toJSDate(),
  )
}

const wrongCursor = () =>
  new AppError('request/invalid', {
    errors: [{ path: 'cursor', message: 'Not a cursor of this list' }],
  })

const CURSOR = /^(\d{13,15})-([1-9]\d{0,18})$/

/** A cursor is the moment (ms) and the id of the last entry shown. */
function readCursor(cursor: string | undefined): AuditFilter['before'] {
  if (cursor === undefined) return undefined
  const [, ms, id] = CURSOR.exec(cursor) ?? []
  if (ms === undefined || id === undefined || !isRowId(id)) throw wrongCursor()
  const at = new Date(Number(ms))
  if (Number.isNaN(at.getTime())) throw wrongCursor()
  return { at: toSqlUtc(at), id }
}

const cursorOf = ({ at, id }: FoundEntry): string => `${Date.parse(fromSqlUtc(at) ?? '')}-${id}`

const detailOf = (detail: unknown): AuditView['detail'] =>
  (typeof detail === 'string' ? JSON.parse(detail) : detail) as AuditView['detail']

const text = (id: string | null): string | null => (id === null ? null : String(id))

const toView = (row: FoundEntry): AuditView => ({
  id: String(row.id),
  at: fromSqlUtc(row.at) ?? '',
  user: { id: text(row.user_id), username: row.username, role: row.role },
  action: row.action,
  entity: row.entity,
  entityId: row.entity_id,
  patientId: text(row.patient_id),
  outcome: row.outcome,
  address: row.address,
  requestId: row.request_id,
  detail: detailOf(row.detail),
})

/**
 * Entries of the audit, newest first. What people above the asker did is hidden from holders of `audit.view` alone,
 * unless it was done to a patient: who saw a patient is never hidden.
 */
export async function listAudit(
  deps: ReadDeps,
  asker: Principal,
  query: AuditQuery,
  signal?: AbortSignal,
): Promise<AuditList> {
  const { limit, cursor, page = 1 } = query
  if (cursor !== undefined && query.page !== undefined) throw wrongCursor()
  if (page * limit > DEEPEST_ROW) throw new AppError('request/too-deep-page')
  const zone = deps.config.TZ_CLINIC
  const filter: AuditFilter = {
    patient: query.patient,
    user: query.user,
    action: query.action,
    from: edgeOf(query.from, zone, false),
    to: edgeOf(query.to, zone, true),
    before: readCursor(cursor),
    hidden: asker.permissions.has('audit.all') ? [] : hiddenRoles(asker),
  }
  const skip = cursor === undefined ? (page - 1) * limit : 0
  const [rows, counted] = await Promise.all([
    pageOfEntries(deps.db, filter, { skip, limit: limit + 1 }, signal),
    countEntries(deps.db, filter, DEEPEST_ROW + 1, signal),
  ])
  const shown = rows.slice(0, limit)
  const total = Math.min(counted, DEEPEST_ROW)
  return {
    data: shown.map(toView),
    meta: {
      page: cursor === undefined ? page : null,
      limit,
      total,
      totalPages: Math.ceil(total / limit),
      ...(counted > DEEPEST_ROW ? { totalIsAtLeast: true } : {}),
      next: rows.length > limit ? cursorOf(shown.at(-1) as FoundEntry) : null,
    },
  }
}

/** Whose records a member of staff has touched or been shown, by patient id. */
export async function listTouched(
  deps: ReadDeps,
  query: TouchedQuery,
  signal?: AbortSignal,
): Promise<TouchedList> {
  const { limit, cursor, user } = query
  if (cursor !== undefined && !isRowId(cursor)) throw wrongCursor()
  const zone = deps.config.TZ_CLINIC
  const span = { from: edgeOf(query.from, zone, false), to: edgeOf(query.to, zone, true) }
  const asked = { user, ...span, after: cursor ?? '0', limit: limit + 1 }
  const rows = await pageOfTouched(deps.db, asked, signal)
  const shown = rows.slice(0, limit).map((row) => ({
    patientId: String(row.patient_id),
    times: Number(row.times),
    firstAt: fromSqlUtc(row.first_at) ?? '',
    lastAt: fromSqlUtc(row.last_at) ?? '',
  }))
  return {
    data: shown,
    meta: { limit, next: rows.length > limit ? (shown.at(-1)?.patientId ?? null) : null },
  }
}
