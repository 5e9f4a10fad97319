import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Knex } from '../../shared/db/connect.ts'

/** Kinds of records whose import is measured. */
export const KINDS = ['visits', 'prescriptions', 'payments', 'medications'] as const
export type Kind = (typeof KINDS)[number]

const SOURCE = 'file'
const DOCTORS = 12
const MEDICINES = 300
const VISITS_A_PATIENT = 4
const ROWS_A_STATEMENT = 2000
const FIRST_DAY = Date.UTC(2018, 0, 1)
/** Of 200,000 visits, so that none is in the future. */
const VISITS_A_DAY = 70
const DAY_MS = 86_400_000
const AT = '2026-01-05 02:00:00.000'
/** One row of the price list in ten has another price than what is stored. */
const CHANGED_EVERY = 10
const CODES = 'J06.9,I10,E11.9,A09,M54.5,K29.7,L30.9,R51,J02.9,N39.0'.split(',')
const METHODS = ['cash', 'card', 'duitnow', 'ewallet', 'transfer', 'panel']
const FREQUENCIES = ['OD', 'BD', 'TDS', 'QID', 'PRN']
const LINES_A_WRITE = 5000

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T
const scramble = (n: number, modulus: number) => (n * 7_368_787) % modulus
const padded = (prefix: string, n: number, digits: number) => `${prefix}${String(n).padStart(digits, '0')}`
const doctor = (n: number) => padded('DR', 1 + (n % DOCTORS), 2)
const sku = (n: number) => padded('RX', n, 6)
/** As time goes by: a system numbers its visits as they come, give or take a few days. */
const dayOf = (n: number) =>
  new Date(FIRST_DAY + (Math.floor(n / VISITS_A_DAY) + (n % 3)) * DAY_MS).toISOString().slice(0, 10)
const ringgit = (sen: number) => (sen / 100).toFixed(2)
const priceSen = (n: number) => 10 + scramble(n, 9973)

interface Table {
  header: string
  line(n: number): string
}

const medicine = (n: number, sen: number) =>
  `${sku(n)},Substance ${n},Brand ${n},tablet,${1 + (n % 50)}0 mg,tablet,Group ${n % 40},N02BE01,${ringgit(Math.ceil(sen / 2))},${ringgit(sen)}`

/** Files as clinics have them: references in no order, every value given that the kind knows. */
const TABLES: Readonly<Record<Kind, Table>> = {
  visits: {
    header:
      'external_id,patient_external_id,visit_at,doctor_code,queue_number,status,symptoms,diagnosis_code,diagnosis_text,consultation_fee,medicine_fee,total_amount,mc_days,mc_start,notes',
    line(n) {
      const day = dayOf(n)
      const patient = padded('P', 1 + (scramble(n, 15_485_863) % Math.ceil(n / VISITS_A_PATIENT)), 8)
      const medicines = scramble(n, 5003)
      const certificate = n % 5 === 0 ? `2,${day}` : '0,'
      return `${padded('V', n, 9)},${patient},${day} ${String(8 + (n % 12)).padStart(2, '0')}:${10 + (n % 50)},${doctor(n)},${padded('', n % 200, 3)},completed,"Fever, cough ${n % 30} days",${pick(CODES, n)},Diagnosis ${n % 90},35.00,${ringgit(medicines)},${ringgit(3500 + medicines)},${certificate},Review in ${n % 14} days`
    },
  },
  prescriptions: {
    header:
      'external_id,visit_external_id,medication_sku,quantity,unit_price,line_total,dosage,frequency,duration_days',
    line(n) {
      const quantity = 1 + (n % 30)
      const sen = 10 + (n % 500)
      return `${padded('X', n, 9)},${padded('V', Math.ceil(n / 2), 9)},${sku(1 + scramble(n, MEDICINES))},${quantity},${ringgit(sen)},${ringgit(quantity * sen)},1 tab,${pick(FREQUENCIES, n)},${1 + (n % 14)}`
    },
  },
  payments: {
    header: 'external_id,visit_external_id,paid_at,amount,method,receipt_number,status,remarks',
    line: (n) =>
      `${padded('Y', n, 9)},${padded('V', n, 9)},${dayOf(n)} 21:${10 + (n % 50)},35.00,${pick(METHODS, n)},${padded('R', n, 8)},paid,`,
  },
  medications: {
    header: 'sku,generic_name,brand_name,form,strength,unit,category,atc_code,cost_price,selling_price',
    line: (n) => medicine(n, priceSen(n) + (n % CHANGED_EVERY === 0 ? 5 : 0)),
  },
}

/** The stored price list that the file of medicines is compared with. */
const STORED_PRICES: Table = { ...TABLES.medications, line: (n) => medicine(n, priceSen(n)) }

/** Writes a file of so many rows of a kind. */
export const writeRows = (path: string, kind: Kind, rows: number) => write(path, TABLES[kind], rows)
/** Writes the price list as it was before. */
export const writeOldPrices = (path: string, rows: number) => write(path, STORED_PRICES, rows)

async function write(path: string, { header, line }: Table, rows: number): Promise<void> {
  const out = createWriteStream(path)
  out.write(`${header}\n`)
  for (let from = 1; from <= rows; from += LINES_A_WRITE) {
    let text = ''
    for (let n = from; n < from + LINES_A_WRITE && n <= rows; n++) text += `${line(n)}\n`
    if (!out.write(text)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}

async function insert(db: Knex, table: string, count: number, row: (n: number) => object): Promise<void> {
  for (let from = 1; from <= count; from += ROWS_A_STATEMENT) {
    const some = Math.min(ROWS_A_STATEMENT, count - from + 1)
    await db(table).insert(Array.from({ length: some }, (_, i) => row(from + i)))
  }
}

/** Stores what the files refer to: doctors, medicines and the patients of so many visits. */
export async function storeReferred(db: Knex, visits: number): Promise<void> {
  await insert(db, 'doctors', DOCTORS, (n) => ({
    ...{ code: doctor(n - 1), name: `Dr. ${n}`, working_hours: '{}', created_at: AT, updated_at: AT },
  }))
  await insert(db, 'medications', MEDICINES, (n) => ({
    ...{ sku: sku(n), generic_name: `Substance ${n}`, unit: 'tablet', selling_price: '1.00' },
  }))
  await insert(db, 'patients', Math.ceil(visits / VISITS_A_PATIENT), (n) => ({
    ...{ id: n, source: SOURCE, external_id: padded('P', n, 8), name: `Patient ${n}` },
    ...{ date_of_birth: '1980-01-01', gender: n % 2 === 0 ? 'F' : 'M' },
  }))
}
