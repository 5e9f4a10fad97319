import type { Knex } from '../shared/db/connect.ts'

/**
 * Refused rows by their cause: the first reason and the field that it is about. `fix_no`: the mended file of that fix
 * has brought the row anew.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table operation_errors
    add column first_column varchar(191)
      as (left(coalesce(json_value(problems, '$[0].column'), ''), 191)) virtual,
    add column fix_no int unsigned null,
    add key operation_errors_cause (operation_no, first_code, first_column),
    add key operation_errors_fix (operation_no, fix_no, row_no)`)
}
