import type { Knex } from '../shared/db/connect.ts'

/**
 * Diagnoses of a visit in the doctor's order: a code, words, or both; one is the primary one. The code refers to no
 * row, because a later list of codes may not have it any more.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table diagnoses (
    id bigint unsigned not null auto_increment primary key,
    visit_id bigint unsigned not null,
    position tinyint unsigned not null,
    code varchar(8) character set ascii collate ascii_bin null,
    text varchar(255) null,
    is_primary tinyint(1) not null,
    unique key diagnoses_position (visit_id, position),
    key diagnoses_code (code, visit_id),
    constraint diagnoses_visit foreign key (visit_id) references visits (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
