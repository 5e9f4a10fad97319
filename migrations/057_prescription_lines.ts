import type { Knex } from '../shared/db/connect.ts'

/**
 * What a doctor ordered on a visit, one row a medicine. `prescriptions` is the head of a visit's lines: its row is
 * locked and its version raised by every change of them. Lines keep name and price as they were on the day. `quantity`
 * counts units of sale (tablets, bottles, tubes), `dose` units of `dose_unit`. `consultation_id` names the consultation
 * the order was written in; what is ordered belongs to the visit.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table prescriptions (
    visit_id bigint unsigned not null primary key,
    patient_id bigint unsigned not null,
    consultation_id bigint unsigned null,
    version int unsigned not null default 1,
    updated_by bigint unsigned null,
    updated_at datetime(3) not null,
    key prescriptions_patient (patient_id, visit_id),
    constraint prescriptions_visit foreign key (visit_id) references visits (id),
    constraint prescriptions_of foreign key (patient_id) references patients (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
  await db.raw(`create table prescription_lines (
    id bigint unsigned not null auto_increment primary key,
    visit_id bigint unsigned not null,
    patient_id bigint unsigned not null,
    consultation_id bigint unsigned null,
    position smallint unsigned not null,
    medication_id bigint unsigned not null,
    description varchar(320) not null,
    dose decimal(9,3) not null,
    dose_unit varchar(20) character set ascii not null,
    route varchar(20) character set ascii not null,
    frequency varchar(8) character set ascii not null,
    as_needed tinyint(1) not null default 0,
    max_per_day decimal(9,3) null,
    duration_days smallint unsigned null,
    quantity int unsigned not null,
    instructions_ms varchar(500) not null,
    instructions_en varchar(500) not null,
    note varchar(200) null,
    unit_price_sen int unsigned not null,
    status varchar(12) character set ascii not null default 'ordered',
    warnings text not null,
    override_reason varchar(300) null,
    return_reason varchar(300) null,
    ordered_by bigint unsigned null,
    ordered_at datetime(3) not null,
    prepared_by bigint unsigned null,
    prepared_at datetime(3) null,
    handed_over_by bigint unsigned null,
    handed_over_at datetime(3) null,
    returned_by bigint unsigned null,
    returned_at datetime(3) null,
    cancelled_by bigint unsigned null,
    cancelled_at datetime(3) null,
    version int unsigned not null default 1,
    key prescription_lines_visit (visit_id, position),
    key prescription_lines_patient (patient_id, visit_id),
    key prescription_lines_medication (medication_id),
    key prescription_lines_work (status, id),
    constraint prescription_lines_head foreign key (visit_id) references prescriptions (visit_id),
    constraint prescription_lines_of foreign key (patient_id) references patients (id),
    constraint prescription_lines_what foreign key (medication_id) references medications (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
