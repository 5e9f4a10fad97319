import type { Knex } from '../shared/db/connect.ts'

/**
 * Records of one person that were put together, with all that takes them apart again: what the survivor and the merged
 * record said before, and how far each table was, so that later rows can be told. `live` is 1 until the merge is
 * undone and null then, so that its key lets no record be merged twice.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table patient_merges (
    id bigint unsigned not null auto_increment primary key,
    survivor_id bigint unsigned not null,
    merged_id bigint unsigned not null,
    live tinyint(1) null,
    survivor_before text not null,
    survivor_after text not null,
    merged_before text not null,
    tables_at text not null,
    user_id bigint unsigned null,
    merged_at datetime(3) not null,
    undone_by bigint unsigned null,
    undone_at datetime(3) null,
    unique key patient_merges_live (merged_id, live),
    key patient_merges_survivor (survivor_id),
    constraint patient_merges_survivor foreign key (survivor_id) references patients (id),
    constraint patient_merges_merged foreign key (merged_id) references patients (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
