import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

/** Columns of a file of patients, all of them. */
export const PATIENT_HEADER =
  'external_id,name,id_type,id_number,date_of_birth,gender,phone,email,address,postcode,state,company,allergies,registered_at,remarks'

/** Cells of one row by column; what is not named is empty. */
export type PersonCells = Partial<Record<string, string>>

const NAMES = ['Aminah', 'Chong', 'Devi', 'Farid', 'Hui Ling', 'Kumar', 'Nurul', 'Rahman', 'Siti', 'Wei']
const DAYS = 18_000
const FIRST_DAY_MS = Date.UTC(1950, 0, 1)
const DAY_MS = 86_400_000
const pad = (n: number, digits: number) => String(n).padStart(digits, '0')

/** The n-th made-up patient, valid and unlike every other for n up to 80 million. */
export function person(n: number): PersonCells {
  const bornOn = new Date(FIRST_DAY_MS + (n % DAYS) * DAY_MS).toISOString().slice(0, 10)
  const serial = pad(Math.floor(n / DAYS) * 2 + (n % 2), 4)
  return {
    external_id: `T${pad(n, 8)}`,
    name: `${NAMES[n % 10]} ${NAMES[Math.floor(n / 10) % 10]} bin Nombor${n}`,
    id_type: 'NRIC',
    id_number: `${bornOn.slice(2).replaceAll('-', '')}14${serial}`,
    date_of_birth: bornOn,
    gender: n % 2 === 1 ? 'M' : 'F',
    phone: `012${pad(n % 10_000_000, 7)}`,
    address: `${n}, Jalan Ujian`,
    postcode: '43000',
    state: 'Selangor',
    registered_at: '2024-02-29',
  }
}

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** A row of a file as CSV text. */
export const csvRow = (cells: PersonCells, columns = PATIENT_HEADER.split(',')): string =>
  `${columns.map((column) => quoted(cells[column] ?? '')).join(',')}\n`

/** A small file with header. */
export const csvOf = (rows: readonly PersonCells[], columns = PATIENT_HEADER.split(',')): string =>
  `${columns.join(',')}\n${rows.map((row) => csvRow(row, columns)).join('')}`

/** Every so many rows of {@link writePeople} one is refused (a bad NRIC). */
export const REFUSED_EVERY = 100

/** Writes a file of people `from` … `from + rows - 1`, every hundredth of them to be refused; memory stays flat. */
export async function writePeople(
  path: string,
  rows: number,
  from = 0,
): Promise<{ good: number; bad: number }> {
  const out = createWriteStream(path)
  out.write(`${PATIENT_HEADER}\n`)
  let bad = 0
  for (let i = 0; i < rows; i++) {
    const isBad = i % REFUSED_EVERY === REFUSED_EVERY - 1
    if (isBad) bad++
    const cells = person(from + i)
    if (!out.write(csvRow(isBad ? { ...cells, id_number: '12' } : cells))) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
  return { good: rows - bad, bad }
}
