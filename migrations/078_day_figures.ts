import type { Knex } from '../shared/db/connect.ts'

/**
 * The clinic in figures, a row for each day, measure, doctor (0 = none) and part of the measure (a state, an hour, a
 * method of payment …), so that a dashboard reads some hundred rows however many visits there are. Made again from the
 * records at any time.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table day_figures (
    measure varchar(12) character set ascii collate ascii_bin not null,
    day date not null,
    doctor_id bigint unsigned not null,
    part varchar(32) character set ascii collate ascii_bin not null,
    value bigint not null,
    primary key (measure, day, doctor_id, part)
  ) engine=InnoDB`)
}
