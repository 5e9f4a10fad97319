import type { Knex } from '../shared/db/connect.ts'

/** Counters by name; `patient` gives patient ids in blocks, outside the transactions that use them. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('counters', (t) => {
    t.specificType('name', 'varchar(40) character set ascii').primary()
    t.bigInteger('value').unsigned().notNullable()
  })
  await db('counters').insert([{ name: 'patient', value: 0 }])
}
