import type { Knex } from '../shared/db/connect.ts'
import { patientWordRows } from '../shared/patients/words.ts'

const BATCH = 2000

/**
 * 96 bits instead of the signature's 64, a bit of its own for each of the commonest words and for each first letter
 * (see `shared/patients/words.ts`): beginnings in any order read a quarter of the rows they did. Three numbers of 32
 * bits, because those are what an import can write cheaply.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table patient_words drop column signature,
    add column bits1 int unsigned not null default 4294967295,
    add column bits2 int unsigned not null default 4294967295,
    add column bits3 int unsigned not null default 4294967295`)
  for (let after = '0'; ; ) {
    const people: { id: string; name: string }[] = await db('patients')
      .where('id', '>', after)
      .whereNull('deleted_at')
      .orderBy('id')
      .limit(BATCH)
      .select('id', 'name')
    const rows = people.flatMap(({ id, name }) => patientWordRows(id, name))
    if (rows.length > 0)
      await db('patient_words')
        .insert(rows)
        .onConflict(['word', 'patient_id'])
        .merge(['bits1', 'bits2', 'bits3'])
    if (people.length < BATCH) break
    after = people.at(-1)?.id as string
  }
  // rows that grow split their pages: built anew, the table is half as large
  await db.raw('alter table patient_words force')
}
