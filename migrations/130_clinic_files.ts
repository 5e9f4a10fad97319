import type { Knex } from '../shared/db/connect.ts'

/** How base64 of a PNG begins. */
const PNG = 'iVBORw'
const typeOf = (base64: string): string => (base64.startsWith(PNG) ? 'image/png' : 'image/jpeg')

/**
 * Pictures of the clinic that go onto paper, in base64, so that a dump carries them like every other row. A row whose
 * `content` is empty was taken out; it keeps its version. The logo that was a setting moves here.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table clinic_files (
    name varchar(20) character set ascii collate ascii_bin not null primary key,
    media_type varchar(40) character set ascii collate ascii_bin not null,
    content mediumtext character set ascii collate ascii_bin not null,
    version int unsigned not null default 1,
    updated_at datetime(3) not null,
    updated_by bigint unsigned null,
    constraint clinic_files_changed_by foreign key (updated_by) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
  const row = await db('settings').where({ name: 'clinic.logo' }).first('value', 'updated_at', 'updated_by')
  const content: unknown = row === undefined ? '' : JSON.parse(row.value)
  if (typeof content !== 'string' || content === '') return
  const { updated_at, updated_by } = row
  await db('clinic_files').insert({
    name: 'logo',
    media_type: typeOf(content),
    content,
    updated_at,
    updated_by,
  })
}
