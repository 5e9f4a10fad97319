import type { Knex } from '../shared/db/connect.ts'

/** Codes for a person whose telephone is lost; each works once, only hashes are kept. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table recovery_codes (
    user_id bigint unsigned not null,
    code_hash char(43) character set ascii collate ascii_bin not null,
    used_at datetime(3) null,
    primary key (user_id, code_hash),
    constraint recovery_codes_user foreign key (user_id) references users (id)
  ) engine=InnoDB`)
}
