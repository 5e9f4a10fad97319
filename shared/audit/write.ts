import type { Knex } from '../db/connect.ts'
import { toSqlUtc } from '../units/clock.ts'
import { newId } from '../units/ids.ts'
import { type AuditEntry, toAuditRow } from './entry.ts'

/** Writes what happened in the transaction of the action itself: without the entry there is no action. */
export async function writeAudit(
  trx: Knex.Transaction,
  entries: AuditEntry | AuditEntry[],
  at: Date = new Date(),
): Promise<void> {
  const list = Array.isArray(entries) ? entries : [entries]
  if (list.length === 0) return
  const when = toSqlUtc(at)
  await trx('audit_entries').insert(list.map((entry) => toAuditRow(entry, newId(), when)))
}
