import type { Knex } from '../shared/db/connect.ts'

/** Permissions given to one user on top of the role. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('user_grants', (t) => {
    t.bigInteger('user_id').unsigned().notNullable().references('users.id')
    t.specificType('permission', 'varchar(60) character set ascii').notNullable()
    t.bigInteger('granted_by').unsigned().notNullable()
    t.specificType('granted_at', 'datetime(3)').notNullable().defaultTo(db.raw('current_timestamp(3)'))
    t.primary(['user_id', 'permission'])
  })
}
