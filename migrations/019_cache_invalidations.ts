import type { Knex } from '../shared/db/connect.ts'

/**
 * Cached answers that a transaction made old, written in that transaction: when its process dies or cannot reach the
 * cache before it has removed them, another one does. `ids` is null when only lists are concerned.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table cache_invalidations (
    id bigint unsigned not null auto_increment primary key,
    domain varchar(40) character set ascii collate ascii_bin not null,
    ids json null,
    created_at datetime(3) not null default current_timestamp(3)
  ) engine=InnoDB default charset=utf8mb4`)
}
