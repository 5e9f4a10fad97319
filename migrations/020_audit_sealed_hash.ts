import type { Knex } from '../shared/db/connect.ts'

/** The hash of each sealed entry, so that a broken chain names the entry and not only its seal. */
export async function up(db: Knex): Promise<void> {
  await db.raw(
    'alter table audit_sealed add column entry_hash char(64) character set ascii collate ascii_bin not null',
  )
}
