import { randomBytes } from 'node:crypto'
import type { Knex } from '../shared/db/connect.ts'

/** The installation's epoch (part of every Redis key) and the counters that give numbers without gaps by transaction. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('installation', (t) => {
    t.specificType('id', 'tinyint unsigned').primary()
    t.string('epoch', 32).notNullable()
    t.specificType('created_at', 'datetime(3)').notNullable().defaultTo(db.raw('current_timestamp(3)'))
  })
  await db('installation').insert({ id: 1, epoch: randomBytes(8).toString('hex') })
}
