import type { Knex } from '../../../shared/db/connect.ts'
import type { PatientValues } from '../../../shared/patients/rules.ts'
import { patientWordRows } from '../../../shared/patients/words.ts'
import { ChunkConflict } from '../../runtime/bulk-work.ts'
import type { Outcome } from './plan.ts'
import { VALUE_COLUMNS, VALUE_FIELDS } from './record.ts'

export const COLUMN_OF = Object.fromEntries(
  VALUE_FIELDS.map((field, i) => [field, VALUE_COLUMNS[i]]),
) as Record<keyof PatientValues, string>

/** All rows of the patient, because each carries the bits of the whole name; found by the words of the old one. */
export async function replaceWords(
  trx: Knex.Transaction,
  id: string,
  before: string,
  after: string,
): Promise<void> {
  const old = patientWordRows(id, before).map((row) => row.word)
  const fresh = patientWordRows(id, after)
  if (old.length > 0) await trx('patient_words').where({ patient_id: id }).whereIn('word', old).delete()
  if (fresh.length > 0) await trx('patient_words').insert(fresh)
}

interface Image {
  row_id: string
  version_after: number
  fields_before: Record<string, unknown>
}

const IMAGES_PER_INSERT = 500

/**
 * Keeps what was there before the import, so that it can be taken back. What an earlier row of the file changed
 * already keeps its first value.
 */
async function keepImages(trx: Knex.Transaction, importNo: number, images: readonly Image[]): Promise<void> {
  const key = { operation_no: importNo, kind: 'patients' }
  for (let from = 0; from < images.length; from += IMAGES_PER_INSERT) {
    const some = images.slice(from, from + IMAGES_PER_INSERT)
    const held = new Map<string, Record<string, unknown>>()
    for (const row of await trx('import_changes')
      .where(key)
      .whereIn(
        'row_id',
        some.map(({ row_id }) => row_id),
      )
      .select('row_id', 'fields_before'))
      held.set(String(row.row_id), row.fields_before)
    await trx('import_changes')
      .insert(
        some.map((image) => ({
          ...key,
          ...image,
          fields_before: JSON.stringify({ ...image.fields_before, ...held.get(image.row_id) }),
        })),
      )
      .onConflict(['operation_no', 'kind', 'row_id'])
      .merge(['version_after', 'fields_before'])
  }
}

/**
 * Writes changed patients, each only at the version that was compared: whoever edited one meanwhile makes the chunk
 * start again. Locks are taken in the order of ids, so that two imports of the same people do not deadlock.
 */
export async function writeUpdates(
  trx: Knex.Transaction,
  { updates }: Outcome,
  importNo: number,
  source: string,
): Promise<void> {
  const images: Image[] = []
  const inOrder = [...updates.values()].sort((a, b) => Number(a.stored.id) - Number(b.stored.id))
  for (const { stored, before, changes } of inOrder) {
    const fields = Object.keys(changes) as (keyof PatientValues)[]
    const changed = await trx('patients')
      .where({ id: stored.id, version: stored.version })
      .update({
        ...Object.fromEntries(fields.map((field) => [COLUMN_OF[field], changes[field]])),
        ...(changes.externalId === undefined ? {} : { source }),
        version: stored.version + 1,
        touched_by_import_no: importNo,
        updated_at: trx.raw('utc_timestamp(3)'),
      })
    if (changed !== 1) throw new ChunkConflict('a patient was edited meanwhile')
    if (changes.name !== undefined) await replaceWords(trx, stored.id, before.name, changes.name)
    images.push({
      row_id: stored.id,
      version_after: stored.version + 1,
      fields_before: Object.fromEntries(fields.map((field) => [field, before[field]])),
    })
  }
  await keepImages(trx, importNo, images)
}
