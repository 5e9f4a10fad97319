import type { Knex } from '../shared/db/connect.ts'

/**
 * Places in the queue of a clinic day. Who is next: the lowest `line_rank` (from the priority), then the lowest
 * `place` (the number, until a skip moves it). Waiting and consultation seconds are kept as they come about, so that
 * statistics read one index. Only the hash of the slip's token is here.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table tickets (
    id bigint unsigned not null auto_increment primary key,
    day date not null,
    series varchar(4) character set ascii collate ascii_bin not null,
    no int unsigned not null,
    number varchar(16) character set ascii not null,
    visit_id bigint unsigned not null,
    patient_id bigint unsigned not null,
    group_uid char(36) character set ascii collate ascii_bin null,
    status varchar(16) character set ascii not null,
    doctor_id bigint unsigned null,
    room varchar(20) null,
    priority varchar(12) character set ascii not null,
    reason varchar(200) null,
    line_rank tinyint unsigned not null,
    place double not null,
    call_id bigint unsigned null,
    slip_hash char(43) character set ascii collate ascii_bin not null,
    waited_s int unsigned null,
    consulted_s int unsigned null,
    status_at datetime(3) not null,
    called_at datetime(3) null,
    consultation_at datetime(3) null,
    dispensing_at datetime(3) null,
    payment_at datetime(3) null,
    ended_at datetime(3) null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    unique key tickets_number (day, series, no),
    unique key tickets_slip (slip_hash),
    unique key tickets_visit (visit_id),
    key tickets_line (day, status, line_rank, place),
    key tickets_times (day, status, waited_s, consulted_s),
    key tickets_patient (patient_id),
    constraint tickets_visit foreign key (visit_id) references visits (id),
    constraint tickets_of foreign key (patient_id) references patients (id),
    constraint tickets_for foreign key (doctor_id) references doctors (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
