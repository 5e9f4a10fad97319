import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import type { Knex } from '../../shared/db/connect.ts'
import { compileMapping, suggestMapping } from '../../shared/imports/mapping.ts'
import { readChunks, readLayout } from '../../shared/imports/reader.ts'
import { judgePatient } from '../../shared/patients/rules.ts'
import { PATIENT_WORD_COLUMNS } from '../../shared/patients/words.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { loadData } from '../../workers/imports/load-data.ts'
import { NewRowsMaker } from '../../workers/imports/patients/new-rows.ts'
import { type Candidate, VALUE_COLUMNS } from '../../workers/imports/patients/record.ts'

/** The accepted rows of a file as the two files that LOAD DATA reads, made beforehand. */
export interface PreparedRows {
  patients: string
  words: string
  rows: number
}

const PATIENT_COLUMNS = ['id', 'source', ...VALUE_COLUMNS, 'import_no', 'touched_by_import_no']
const CHUNK_ROWS = 5000

/** Judges a file as the import does and writes what may be loaded; words sorted, as the barest way would have them. */
export async function prepareRows(csv: string, dir: string): Promise<PreparedRows> {
  const layout = await readLayout(csv, ',')
  const { mapping } = suggestMapping('patients', layout.columns)
  const toFields = compileMapping('patients', layout.columns, mapping)
  const judging = { strictness: 'strict' as const, todayOn: clinicDay() }
  const patients = createWriteStream(`${dir}/patients.tsv`)
  const unsorted = createWriteStream(`${dir}/words.unsorted`)
  const taken = new Set<string>()
  let rows = 0
  for await (const chunk of readChunks(csv, layout, layout.start, { chunkRows: CHUNK_ROWS })) {
    const accepted: Candidate[] = []
    for (const { row, line, cells } of chunk.rows) {
      const judged = judgePatient(toFields(cells), judging)
      if ('problems' in judged || taken.has(judged.patient.externalId ?? '')) continue
      taken.add(judged.patient.externalId ?? '')
      accepted.push({ row, line, cells, patient: judged.patient })
    }
    const lines = new NewRowsMaker(loadData, { importNo: 1, source: 'file' })
    await lines.add(accepted, rows + 1)
    const made = await lines.finish()
    rows += accepted.length
    for (const [out, body] of [
      [patients, made.patients.body],
      [unsorted, made.words.body],
    ] as const) {
      if (!out.write(body)) await once(out, 'drain')
    }
  }
  for (const out of [patients, unsorted]) {
    out.end()
    await once(out, 'close')
  }
  execFileSync('sort', ['-o', `${dir}/words.tsv`, `${dir}/words.unsorted`], { env: { LC_ALL: 'C' } })
  return { patients: `${dir}/patients.tsv`, words: `${dir}/words.tsv`, rows }
}

async function load(db: Knex, table: string, columns: readonly string[], path: string): Promise<number> {
  const sql = `load data local infile 'rows' into table ?? character set utf8mb4 (${columns.map(() => '??').join(',')})`
  const infileStreamFactory = () => createReadStream(path, { highWaterMark: 1024 * 1024 })
  const [result] = (await db.raw(sql, [table, ...columns]).options({ infileStreamFactory })) as [
    { affectedRows: number },
  ]
  return result.affectedRows
}

/** The limit: the server's own bulk load of the same rows into the same tables, indexes and search structure; s. */
export async function loadLimit(db: Knex, prepared: PreparedRows): Promise<number> {
  const startedAt = performance.now()
  const rows = await load(db, 'patients', PATIENT_COLUMNS, prepared.patients)
  await load(db, 'patient_words', PATIENT_WORD_COLUMNS, prepared.words)
  const tookS = (performance.now() - startedAt) / 1000
  if (rows !== prepared.rows) throw new Error(`The limit loaded ${rows} of ${prepared.rows} rows`)
  return tookS
}
