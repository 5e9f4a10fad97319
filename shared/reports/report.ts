import type { Db } from '../db/connect.ts'
import type { CellType, Row } from '../files/table.ts'
import type { ReportParams } from './schema.ts'

/** A text in both languages. */
export interface Words {
  en: string
  ms: string
}

export interface ReportColumn {
  key: string
  title: Words
  /** `money`: the rows hold sen. */
  type: CellType
  /** Whether the column is summed below the table. */
  isSummed?: boolean
}

/** A chart over the table: the sum of one column for each value of another. */
export interface ChartSpec {
  kind: 'bars' | 'lines'
  by: string
  value: string
}

/** What a run of a report gets; whom it is about follows from the asker's rights, not only from what was asked. */
export interface ReportAsk {
  db: Db
  params: ReportParams
  /** Only figures of this doctor; null: of all. */
  doctorId: string | null
  /** Only what this user took in; null: everybody. */
  cashierId: string | null
  /** The clinic's day now. */
  today: string
  language: 'en' | 'ms'
}

/** A report: an entry of the registry. */
export interface Report {
  title: Words
  columns: readonly ReportColumn[]
  chart?: ChartSpec
  /** The title of the first column where it depends on what was asked. */
  firstTitle?(params: ReportParams): Words
  /** Rows, some at a time, in order; lists are read by keyset so that none of them is held whole. */
  rows(ask: ReportAsk): AsyncIterable<readonly Row[]>
  /**
   * Domains whose writes change the figures. While none of them has written, the same question has the same answer.
   * null: some of what it reads is written without a domain's notice, so it is worked out each time.
   */
  domains: readonly string[] | null
}

const text = (en: string, ms: string, key: string): ReportColumn => ({ key, title: { en, ms }, type: 'text' })
const count = (en: string, ms: string, key: string): ReportColumn => ({
  ...text(en, ms, key),
  type: 'integer',
  isSummed: true,
})
const money = (en: string, ms: string, key: string): ReportColumn => ({
  ...text(en, ms, key),
  type: 'money',
  isSummed: true,
})
const number = (en: string, ms: string, key: string): ReportColumn => ({
  ...text(en, ms, key),
  type: 'number',
})
const day = (en: string, ms: string, key: string): ReportColumn => ({ ...text(en, ms, key), type: 'day' })
const instant = (en: string, ms: string, key: string): ReportColumn => ({
  ...text(en, ms, key),
  type: 'instant',
})

/** Makers of columns. */
export const column = { text, count, money, number, day, instant }

/** Columns that stand in many reports. */
export const COMMON = {
  day: day('Day', 'Hari', 'day'),
  doctor: text('Doctor', 'Doktor', 'doctor'),
  clinicNumber: text('Clinic no.', 'No. klinik', 'clinicNumber'),
  patient: text('Patient', 'Pesakit', 'patient'),
} as const

/** Rows of one statement; the statement is a fixed text, values are bound by name. */
export async function fetchRows(
  db: Db,
  sql: string,
  values: Record<string, string | number | null>,
): Promise<Row[]> {
  const [rows] = (await db.raw(sql, values).options({ rowsAsArray: true })) as [Row[]]
  return rows
}

/** A report whose rows are few, because they are sums: one statement. */
export async function* atOnce(rows: Promise<Row[]>): AsyncGenerator<readonly Row[], void> {
  yield await rows
}

/** Rows of a statement at a time. */
const PAGE_ROWS = 1000

/**
 * A list, page by page: `sql` takes `:after` and `:rows`, and its first column is the place behind which the next page
 * begins; it is not shown.
 */
export async function* paged(
  db: Db,
  sql: string,
  values: Record<string, string | number | null>,
): AsyncGenerator<readonly Row[], void> {
  for (let after: string | number = 0; ; ) {
    const page = await fetchRows(db, sql, { ...values, after, rows: PAGE_ROWS })
    if (page.length > 0) yield page.map((row) => row.slice(1))
    const last = page.at(-1)?.[0]
    if (page.length < PAGE_ROWS || last === null || last === undefined) return
    after = last
  }
}
