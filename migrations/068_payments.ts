import type { Knex } from '../shared/db/connect.ts'

/**
 * Money that came in, and its reversals: a refund or a void is a row of its own with negative amounts that names what
 * it `reverses_id`; nothing is ever deleted. Numbers run without gaps in each series (`receipt`, `reversal`).
 * `bill_json` is the bill as the receipt shows it, `printed` how often that was printed.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table payments (
    id bigint unsigned not null auto_increment primary key,
    bill_id bigint unsigned not null,
    visit_id bigint unsigned not null,
    patient_id bigint unsigned not null,
    doctor_id bigint unsigned null,
    series varchar(8) character set ascii not null,
    no int unsigned not null,
    number varchar(16) character set ascii collate ascii_bin not null,
    kind varchar(8) character set ascii not null,
    status varchar(8) character set ascii not null,
    is_deposit tinyint(1) not null default 0,
    settles tinyint(1) not null default 0,
    amount_sen int not null,
    rounding_sen int not null default 0,
    balance_sen int not null,
    bill_json mediumtext null,
    refunded_sen int unsigned not null default 0,
    printed int unsigned not null default 0,
    reverses_id bigint unsigned null,
    reason varchar(200) null,
    shift_id bigint unsigned null,
    user_id bigint unsigned not null,
    paid_on date not null,
    created_at datetime(3) not null,
    version int unsigned not null default 1,
    unique key payments_no (series, no),
    unique key payments_number (number),
    key payments_bill (bill_id),
    key payments_day (paid_on, id),
    key payments_user (user_id, id),
    key payments_doctor (doctor_id, id),
    key payments_shift (shift_id),
    constraint payments_bill foreign key (bill_id) references bills (id),
    constraint payments_visit foreign key (visit_id) references visits (id),
    constraint payments_of foreign key (patient_id) references patients (id),
    constraint payments_doctor foreign key (doctor_id) references doctors (id),
    constraint payments_reverses foreign key (reverses_id) references payments (id),
    constraint payments_shift foreign key (shift_id) references shifts (id),
    constraint payments_by foreign key (user_id) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
