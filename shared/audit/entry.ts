import { isRowId } from '../units/ids.ts'

/** What is recorded of one action: references only, never a value that was read or written. */
export interface AuditEntry {
  userId?: string | null
  username?: string | null
  role?: string | null
  /** `<thing>.<verb>`: patients.read, patients.search, auth.login-failed, access.denied … */
  action: string
  entity?: string | null
  entityId?: string | null
  patientId?: string | null
  outcome: 'ok' | 'denied' | 'failed'
  /** Client address. */
  address?: string | null
  requestId?: string | null
  /** References that the columns have no place for (ids shown, version written, rows of a chunk). */
  detail?: Record<string, unknown>
}

/** A row of `audit_entries` without the id, which the database gives. */
export interface AuditRow {
  uid: string
  /** UTC, `YYYY-MM-DD HH:MM:SS.mmm`. */
  at: string
  user_id: string | null
  username: string | null
  role: string | null
  action: string
  entity: string | null
  entity_id: string | null
  patient_id: string | null
  outcome: string
  address: string | null
  request_id: string | null
  /** JSON text. */
  detail: string | null
}

/** Columns of {@link AuditRow} in the order in which entries are hashed; never change the order. */
export const AUDIT_COLUMNS = [
  'uid',
  'at',
  'user_id',
  'username',
  'role',
  'action',
  'entity',
  'entity_id',
  'patient_id',
  'outcome',
  'address',
  'request_id',
  'detail',
] as const satisfies readonly (keyof AuditRow)[]

const NOT_ASCII = /[^\x20-\x7e]/g

/** A text cut and made ASCII as its column is: an odd user name must never keep an entry out of the table. */
function clip(text: string | null | undefined, maxChars: number): string | null {
  if (text === null || text === undefined) return null
  return text.length > maxChars || NOT_ASCII.test(text)
    ? text.replace(NOT_ASCII, '?').slice(0, maxChars)
    : text
}

const rowId = (id: string | null | undefined): string | null =>
  id !== null && id !== undefined && isRowId(id) ? id : null

/** The entry as its table row. `uid` is a UUIDv7, unique in the table; `at` UTC text. */
export function toAuditRow(entry: AuditEntry, uid: string, at: string): AuditRow {
  return {
    uid,
    at,
    user_id: rowId(entry.userId),
    username: clip(entry.username, 60),
    role: clip(entry.role, 20),
    action: clip(entry.action, 60) ?? '',
    entity: clip(entry.entity, 40),
    entity_id: clip(entry.entityId, 40),
    patient_id: rowId(entry.patientId),
    outcome: entry.outcome,
    address: clip(entry.address, 45),
    request_id: clip(entry.requestId, 40),
    detail: entry.detail === undefined ? null : JSON.stringify(entry.detail),
  }
}
