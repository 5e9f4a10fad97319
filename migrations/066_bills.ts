import type { Knex } from '../shared/db/connect.ts'

/**
 * What a visit costs and what was paid of it, in sen. `live` is 1 for the bill that counts and null for one that was
 * refunded or voided and written anew, so that its key lets no visit have two. `is_group`: the bill is for everybody
 * who came together. Sums are those of the last change; they hold for good once the bill is paid.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table bills (
    id bigint unsigned not null auto_increment primary key,
    visit_id bigint unsigned not null,
    live tinyint(1) null,
    is_group tinyint(1) not null default 0,
    patient_id bigint unsigned not null,
    doctor_id bigint unsigned null,
    status varchar(10) character set ascii not null,
    discount_kind varchar(8) character set ascii null,
    discount_value int unsigned null,
    discount_reason varchar(200) null,
    discount_by bigint unsigned null,
    panel_id bigint unsigned null,
    panel_reference varchar(60) null,
    panel_sen int unsigned not null default 0,
    subtotal_sen int unsigned not null default 0,
    discount_sen int unsigned not null default 0,
    sst_sen int unsigned not null default 0,
    total_sen int unsigned not null default 0,
    rounding_sen int not null default 0,
    paid_sen int unsigned not null default 0,
    refunded_sen int unsigned not null default 0,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    settled_at datetime(3) null,
    unique key bills_live (visit_id, live),
    key bills_patient (patient_id),
    key bills_doctor (doctor_id, id),
    constraint bills_visit foreign key (visit_id) references visits (id),
    constraint bills_of foreign key (patient_id) references patients (id),
    constraint bills_doctor foreign key (doctor_id) references doctors (id),
    constraint bills_panel foreign key (panel_id) references panels (id),
    constraint bills_discount_by foreign key (discount_by) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
