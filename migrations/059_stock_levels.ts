import type { Knex } from '../shared/db/connect.ts'

/**
 * How much of a medicine there is, over all its batches. This row is locked before any batch of the medicine, in the
 * order of the medicines' ids, so that two changes of stock never wait for each other in a circle.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table stock_levels (
    medication_id bigint unsigned not null primary key,
    on_hand int not null default 0,
    version int unsigned not null default 1,
    constraint stock_levels_of foreign key (medication_id) references medications (id),
    constraint stock_levels_never_negative check (on_hand >= 0)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
