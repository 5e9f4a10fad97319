import { Readable } from 'node:stream'
import mysql from 'mysql2/promise'
import { patientWordRows } from '../../shared/patients/words.ts'
import { type BenchPatient, benchPatients, type Parts } from './rows.ts'

const BLOCK_CHARS = 65_536

function* blocks(people: Iterable<BenchPatient>, lines: (person: BenchPatient) => string): Generator<Buffer> {
  let text = ''
  for (const person of people) {
    text += lines(person)
    if (text.length < BLOCK_CHARS) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}

const patientLine = (p: BenchPatient) =>
  `${p.id}\tbench\tX${p.id}\t${p.name}\tNRIC\t${p.idNumber}\t${p.phone}\n`
const wordLines = (p: BenchPatient) =>
  patientWordRows(p.id, p.name)
    .map((row) => `${row.word}\t${p.id}\t${row.signature}\n`)
    .join('')

/** Fills an empty, migrated database (account with `local_infile`) with the bench's people; ids are 1 to `count`. */
export async function loadPeople(migrateUrl: string, count: number, parts: Parts): Promise<void> {
  const connection = await mysql.createConnection({ uri: migrateUrl })
  const load = (table: string, columns: string, lines: (p: BenchPatient) => string) =>
    connection.query({
      sql: `load data local infile 'stream' into table ${table} character set utf8mb4 (${columns})`,
      infileStreamFactory: () => Readable.from(blocks(benchPatients(count, parts), lines)),
    })
  try {
    await load('patients', 'id, source, external_id, name, id_type, id_number, phone', patientLine)
    await load('patient_words', 'word, patient_id, signature', wordLines)
    await connection.query(`update counters set value = ${count} where name = 'patient'`)
    await connection.query('analyze table patients, patient_words')
  } finally {
    await connection.end()
  }
}
