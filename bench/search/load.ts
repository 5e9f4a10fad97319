import { Readable } from 'node:stream'
import mysql from 'mysql2/promise'
import { PATIENT_WORD_COLUMNS, patientWordRows } from '../../shared/patients/words.ts'
import type { BenchPatient } from './rows.ts'

const BLOCK_CHARS = 65_536
/** Patients in a piece of an import. */
const PIECE_ROWS = 4000

function* blocks(lines: Iterable<string>): Generator<Buffer> {
  let text = ''
  for (const line of lines) {
    text += line
    if (text.length < BLOCK_CHARS) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}

function* patientLines(people: Iterable<BenchPatient>): Generator<string> {
  for (const p of people) yield `${p.id}\tbench\tX${p.id}\t${p.name}\tNRIC\t${p.idNumber}\t${p.phone}\n`
}

/** In the order in which an import writes them, piece by piece, so that the table's pages are as full as its. */
function* wordLines(people: readonly BenchPatient[]): Generator<string> {
  for (let from = 0; from < people.length; from += PIECE_ROWS) {
    const rows = people
      .slice(from, from + PIECE_ROWS)
      .flatMap(({ id, name }) => patientWordRows(id, name))
      .map((row) => PATIENT_WORD_COLUMNS.map((column) => row[column]).join('\t'))
    for (const row of rows.sort()) yield `${row}\n`
  }
}

/** Fills an empty, migrated database (account with `local_infile`) with the people of the bench. */
export async function loadPeople(migrateUrl: string, people: readonly BenchPatient[]): Promise<void> {
  const load = async (table: string, columns: string, lines: Iterable<string>) => {
    const connection = await mysql.createConnection({ uri: migrateUrl })
    await connection.query({
      sql: `load data local infile 'stream' into table ${table} character set utf8mb4 (${columns})`,
      infileStreamFactory: () => Readable.from(blocks(lines)),
    })
    await connection.query(`analyze table ${table}`)
    await connection.end()
  }
  await Promise.all([
    load('patients', 'id, source, external_id, name, id_type, id_number, phone', patientLines(people)),
    load('patient_words', PATIENT_WORD_COLUMNS.join(', '), wordLines(people)),
  ])
  const connection = await mysql.createConnection({ uri: migrateUrl })
  await connection.query(`update counters set value = ${people.length} where name = 'patient'`)
  await connection.end()
}
