import type { Knex } from '../db/connect.ts'
import { toSqlUtc } from '../units/clock.ts'
import { newId } from '../units/ids.ts'
import { type AuditEntry, toAuditRow } from './entry.ts'

/** The insert of {@link writeAudit}, not yet run: for several writes in one round trip. */
export function auditInsertion(trx: Knex.Transaction, entries: AuditEntry[], at: Date): Knex.QueryBuilder {
  const when = toSqlUtc(at)
  return trx('audit_entries').insert(entries.map((entry) => toAuditRow(entry, newId(), when)))
}

/** Writes what happened in the transaction of the action itself: without the entry there is no action. */
export async function writeAudit(
  trx: Knex.Transaction,
  entries: AuditEntry | AuditEntry[],
  at: Date = new Date(),
): Promise<void> {
  const list = Array.isArray(entries) ? entries : [entries]
  if (list.length === 0) return
  await auditInsertion(trx, list, at)
}
