import type { Knex } from '../shared/db/connect.ts'

/**
 * Lines of a bill, in sen. Until it is paid only what the cashier added is here and the rest is read from where it
 * came from; when it is paid, all of its lines are written down as they were.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table bill_items (
    id bigint unsigned not null auto_increment primary key,
    bill_id bigint unsigned not null,
    visit_id bigint unsigned not null,
    position int unsigned not null,
    source varchar(14) character set ascii not null,
    source_id varchar(40) character set ascii null,
    kind varchar(14) character set ascii not null,
    description varchar(200) not null,
    quantity int unsigned not null,
    unit_price_sen int unsigned not null,
    discount_sen int unsigned not null default 0,
    sst_bp int unsigned not null default 0,
    sst_sen int unsigned not null default 0,
    amount_sen int unsigned not null,
    added_by bigint unsigned null,
    key bill_items_of (bill_id, position),
    constraint bill_items_of foreign key (bill_id) references bills (id),
    constraint bill_items_visit foreign key (visit_id) references visits (id),
    constraint bill_items_added_by foreign key (added_by) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
