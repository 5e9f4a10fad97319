import type { Knex } from '../shared/db/connect.ts'

/** People who sign in. `username` and `email` are kept lower-case; `password_expires_at` is set on one-time passwords. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('users', (t) => {
    t.bigIncrements('id')
    t.specificType('username', 'varchar(60) character set ascii').notNullable().unique('users_username')
    t.string('email', 254).nullable().unique('users_email')
    t.string('name', 255).notNullable()
    t.specificType('role', 'varchar(20) character set ascii').notNullable()
    t.specificType('password_hash', 'varchar(255) character set ascii').notNullable()
    t.boolean('must_change_password').notNullable().defaultTo(false)
    t.specificType('password_expires_at', 'datetime(3)').nullable()
    t.boolean('active').notNullable().defaultTo(true)
    t.specificType('version', 'int unsigned').notNullable().defaultTo(1)
    t.specificType('created_at', 'datetime(3)').notNullable().defaultTo(db.raw('current_timestamp(3)'))
    t.specificType('updated_at', 'datetime(3)').notNullable().defaultTo(db.raw('current_timestamp(3)'))
  })
}
