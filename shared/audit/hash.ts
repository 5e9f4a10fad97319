import { hash } from 'node:crypto'
import { AUDIT_COLUMNS, type AuditRow } from './entry.ts'

/** An entry as it is hashed: its id and every column as text. */
export interface StoredEntry extends AuditRow {
  id: string
}

/** What the chain begins with. */
export const GENESIS = '0'.repeat(64)

const sha256 = (text: string) => hash('sha256', text, 'hex')

/** Columns of a stored entry for select; `detail` as the text that was stored, not parsed. */
export const entryColumns = (alias: string): string =>
  ['id', ...AUDIT_COLUMNS]
    .map((column) => (column === 'detail' ? `concat(${alias}.detail) as detail` : `${alias}.${column}`))
    .join(', ')

/** SHA-256 over the entry as a JSON array of its id and columns in the order of {@link AUDIT_COLUMNS}. */
export const entryHash = (entry: StoredEntry): string =>
  sha256(JSON.stringify([entry.id, ...AUDIT_COLUMNS.map((column) => entry[column])]))

/** The hash of a seal: over the one before, its own number and moment, and the entries in the order of their ids. */
export function sealHash(
  previousHash: string,
  seal: { id: string; at: string },
  members: readonly { audit_id: string; entry_hash: string }[],
): string {
  const lines = members.map((member) => `${member.audit_id} ${member.entry_hash}`)
  return sha256([previousHash, seal.id, seal.at, ...lines].join('\n'))
}
