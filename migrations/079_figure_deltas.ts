import type { Knex } from '../shared/db/connect.ts'

/**
 * Changes of figures that are not in `day_figures` yet. Whoever registers or takes money adds rows here, which never
 * waits for anybody; one process folds them in. Reads add both up.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table figure_deltas (
    id bigint unsigned not null auto_increment primary key,
    measure varchar(12) character set ascii collate ascii_bin not null,
    day date not null,
    doctor_id bigint unsigned not null,
    part varchar(32) character set ascii collate ascii_bin not null,
    value bigint not null
  ) engine=InnoDB`)
}
