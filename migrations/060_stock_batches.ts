import type { Knex } from '../shared/db/connect.ts'

/** What came in one delivery of one making: expires together, was paid for alike. `cost_sen` is for one unit of sale. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table stock_batches (
    id bigint unsigned not null auto_increment primary key,
    medication_id bigint unsigned not null,
    batch_no varchar(40) not null,
    expires_on date not null,
    on_hand int not null,
    cost_sen int unsigned null,
    supplier varchar(120) null,
    received_at datetime(3) not null,
    version int unsigned not null default 1,
    unique key stock_batches_no (medication_id, batch_no),
    key stock_batches_first_out (medication_id, expires_on, id),
    key stock_batches_expiry (expires_on, id),
    constraint stock_batches_of foreign key (medication_id) references medications (id),
    constraint stock_batches_never_negative check (on_hand >= 0)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
