import type { Knex } from '../shared/db/connect.ts'

/**
 * The words of every patient's name, folded (see foldName): one prefix range per typed word finds people by any
 * beginning in any order, two-letter names included, which a full-text index cannot.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table patient_words (
    word varchar(32) collate utf8mb4_bin not null,
    patient_id bigint unsigned not null,
    primary key (word, patient_id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin`)
}
