import type { Knex } from '../../../shared/db/connect.ts'
import type { PatientValues } from '../../../shared/patients/rules.ts'
import { PATIENT_WORD_COLUMNS, patientWordRows } from '../../../shared/patients/words.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'
import { ChunkConflict } from '../../runtime/bulk-work.ts'
import { type BulkInsert, type Cell, encodeLines, escapeCell, type Rows } from '../load-data.ts'
import type { Plan } from './plan.ts'
import { type Candidate, VALUE_COLUMNS, VALUE_FIELDS } from './record.ts'

const INSERT_COLUMNS = ['id', 'source', ...VALUE_COLUMNS, 'import_no', 'touched_by_import_no'] as const

/** The table rows of new patients; made while the chunk before is being written. */
export interface NewRows {
  patients: Rows
  words: Rows
}

/** What all new rows of a run have in common. */
interface Origin {
  importNo: number
  source: string
}

/**
 * Makes the lines of new patients for LOAD DATA, under ids of their own, `firstId` on; words come in index order.
 * Straight into text, without arrays of cells in between: the collector was a quarter of an import's computing.
 */
export async function newLines(
  inserts: readonly Candidate[],
  firstId: number,
  { importNo, source }: Origin,
): Promise<NewRows> {
  const patients: string[] = []
  const words: string[] = []
  for (let i = 0; i < inserts.length; i++) {
    if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe()
    const { patient } = inserts[i] as Candidate
    const id = firstId + i
    let line = `${id}\t${patient.externalId === null ? '\\N' : source}`
    for (const field of VALUE_FIELDS) line += `\t${escapeCell(patient[field])}`
    patients.push(`${line}\t${importNo}\t${importNo}`)
    // words are letters and digits, so nothing in them needs escaping
    for (const row of patientWordRows(id, patient.name))
      words.push(`${row.word}\t${id}\t${row.bits1}\t${row.bits2}\t${row.bits3}`)
  }
  words.sort()
  await breathe()
  return { patients: encodeLines(patients), words: encodeLines(words) }
}

/** The same rows as cells, for servers that take INSERT only. */
export async function newRows(
  inserts: readonly Candidate[],
  firstId: number,
  { importNo, source }: Origin,
): Promise<NewRows> {
  const patients: Cell[][] = []
  const words: Cell[][] = []
  for (let i = 0; i < inserts.length; i++) {
    if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe()
    const { patient } = inserts[i] as Candidate
    const id = firstId + i
    const values = VALUE_FIELDS.map((field) => patient[field])
    patients.push([id, patient.externalId === null ? null : source, ...values, importNo, importNo])
    for (const row of patientWordRows(id, patient.name))
      words.push([row.word, id, row.bits1, row.bits2, row.bits3])
  }
  words.sort((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1))
  return { patients, words }
}

/** Writes new patients and the words they are found by. */
export async function writeNew(trx: Knex.Transaction, insert: BulkInsert, rows: NewRows): Promise<void> {
  await insert(trx, 'patients', INSERT_COLUMNS, rows.patients)
  await insert(trx, 'patient_words', PATIENT_WORD_COLUMNS, rows.words)
}

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
  plan: Plan,
  importNo: number,
  source: string,
): Promise<void> {
  const images: Image[] = []
  const inOrder = [...plan.updates.values()].sort((a, b) => Number(a.stored.id) - Number(b.stored.id))
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
