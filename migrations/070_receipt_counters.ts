import type { Knex } from '../shared/db/connect.ts'

/** The last number given in a series; raised in the transaction that uses the number, so without gaps. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table receipt_counters (
    series varchar(8) character set ascii collate ascii_bin not null primary key,
    value int unsigned not null
  ) engine=InnoDB default charset=utf8mb4`)
}
