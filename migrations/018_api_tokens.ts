import type { Knex } from '../shared/db/connect.ts'

/** Tokens that scripts sign in with; only the hash is kept. `scopes` are permissions, one space between. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table api_tokens (
    id bigint unsigned not null auto_increment primary key,
    user_id bigint unsigned not null,
    name varchar(100) not null,
    token_hash char(43) character set ascii collate ascii_bin not null,
    scopes varchar(1000) character set ascii not null,
    per_hour int unsigned not null,
    created_at datetime(3) not null,
    expires_at datetime(3) null,
    last_used_at datetime(3) null,
    revoked_at datetime(3) null,
    unique key api_tokens_hash (token_hash),
    key api_tokens_user (user_id),
    constraint api_tokens_owner foreign key (user_id) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
