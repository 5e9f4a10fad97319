import type { Knex } from '../shared/db/connect.ts'

/**
 * What the other words of the name look like, as a bit set (see `shared/patients/words.ts`): a search of two common
 * words reads the shorter list once instead of looking every entry up in the other, which was ten times slower at a
 * million patients. The default, all bits, is always right and never quick.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(
    'alter table patient_words add column signature bigint unsigned not null default 18446744073709551615',
  )
}
