import type { Knex } from '../db/connect.ts'

/** The person behind a change, as others are told of. */
export interface ChangedBy {
  id: string
  name: string
}

interface LastChange {
  patientId: string
  /** The action under which such changes are written down. */
  action: string
  /** The version that the change led to. */
  version: number
}

/** Who brought a patient's record to its version; null where that was no person's own change, an import for example. */
export async function changedBy(
  db: Knex,
  { patientId, action, version }: LastChange,
): Promise<ChangedBy | null> {
  const last = await db('audit_entries as e')
    .comment('audit.changed-by')
    .join('users as u', 'u.id', 'e.user_id')
    .where({ 'e.patient_id': patientId, 'e.action': action })
    .orderBy([
      { column: 'e.at', order: 'desc' },
      { column: 'e.id', order: 'desc' },
    ])
    .first('u.id', 'u.name', db.raw("json_value(e.detail, '$.version') as made"))
  return last !== undefined && Number(last.made) === version ? { id: String(last.id), name: last.name } : null
}
