import type { Knex } from '../shared/db/connect.ts'

/**
 * Turns at the cash desk. `open_user_id` is the cashier while the shift is open and null afterwards, so that its key
 * lets nobody have two. Counted and expected sums by method are kept as JSON of sen when it closes.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table shifts (
    id bigint unsigned not null auto_increment primary key,
    user_id bigint unsigned not null,
    open_user_id bigint unsigned null,
    opened_on date not null,
    opened_at datetime(3) not null,
    float_sen int unsigned not null,
    closed_at datetime(3) null,
    closed_by bigint unsigned null,
    counted_json text null,
    expected_json text null,
    note varchar(500) null,
    version int unsigned not null default 1,
    unique key shifts_open (open_user_id),
    key shifts_day (opened_on, user_id),
    key shifts_user (user_id, id),
    constraint shifts_of foreign key (user_id) references users (id),
    constraint shifts_closed_by foreign key (closed_by) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
