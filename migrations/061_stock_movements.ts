import type { Knex } from '../shared/db/connect.ts'

/**
 * Every unit that came or went, only ever added to. What was there is the sum of what moved: `batch_after` and
 * `medication_after` say what was left, so the register of psychotropic medicines reads straight from here. `line_id`
 * names the line of a prescription that was handed over or brought back.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table stock_movements (
    id bigint unsigned not null auto_increment primary key,
    medication_id bigint unsigned not null,
    batch_id bigint unsigned not null,
    kind varchar(10) character set ascii not null,
    quantity int not null,
    batch_after int not null,
    medication_after int not null,
    line_id bigint unsigned null,
    patient_id bigint unsigned null,
    reason varchar(300) null,
    user_id bigint unsigned null,
    at datetime(3) not null,
    key stock_movements_medication (medication_id, id),
    key stock_movements_batch (batch_id, id),
    key stock_movements_line (line_id),
    key stock_movements_patient (patient_id),
    constraint stock_movements_batch foreign key (batch_id) references stock_batches (id),
    constraint stock_movements_for foreign key (line_id) references prescription_lines (id),
    constraint stock_movements_patient foreign key (patient_id) references patients (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
