import type { Knex } from '../shared/db/connect.ts'

/** What the law and the shelf want to know of a medicine: is it a psychotropic one, and when is it ordered again. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table medications
    add column psychotropic tinyint(1) not null default 0 after poison_group,
    add column reorder_level int unsigned not null default 0 after selling_price,
    add key medications_psychotropic (psychotropic)`)
}
