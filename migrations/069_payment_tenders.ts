import type { Knex } from '../shared/db/connect.ts'

/**
 * How a payment was made: one row a method, in sen, negative in a reversal. Cash keeps what was handed over and what
 * was given back. A tender of method `panel` is what the panel owes.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table payment_tenders (
    id bigint unsigned not null auto_increment primary key,
    payment_id bigint unsigned not null,
    method varchar(8) character set ascii not null,
    amount_sen int not null,
    tendered_sen int unsigned null,
    change_sen int unsigned null,
    reference varchar(60) null,
    panel_id bigint unsigned null,
    patient_id bigint unsigned not null,
    shift_id bigint unsigned null,
    paid_on date not null,
    key payment_tenders_of (payment_id),
    key payment_tenders_shift (shift_id, method),
    key payment_tenders_day (paid_on, method),
    key payment_tenders_panel (panel_id, paid_on),
    key payment_tenders_patient (patient_id, panel_id, paid_on),
    constraint payment_tenders_of foreign key (payment_id) references payments (id),
    constraint payment_tenders_panel foreign key (panel_id) references panels (id),
    constraint payment_tenders_patient foreign key (patient_id) references patients (id),
    constraint payment_tenders_shift foreign key (shift_id) references shifts (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
