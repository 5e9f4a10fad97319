import type { Knex } from '../shared/db/connect.ts'

/**
 * Seeds of the second step, encrypted under the data key, with the last 30-second step that was used. Wrong codes are
 * counted here and not in Redis, because a flushed store must not give anybody new tries.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table user_totp (
    user_id bigint unsigned not null primary key,
    seed varchar(255) character set ascii collate ascii_bin not null,
    made_at datetime(3) not null,
    last_step bigint unsigned not null default 0,
    tries tinyint unsigned not null default 0,
    tries_since datetime(3) null,
    constraint user_totp_user foreign key (user_id) references users (id)
  ) engine=InnoDB`)
}
