import type { Knex } from '../shared/db/connect.ts'

/** The last number given on a clinic day in a series; raised in the transaction that uses the number, so without gaps. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table ticket_counters (
    day date not null,
    series varchar(4) character set ascii collate ascii_bin not null,
    value int unsigned not null,
    primary key (day, series)
  ) engine=InnoDB default charset=utf8mb4`)
}
