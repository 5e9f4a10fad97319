import type { Db } from '../db/connect.ts'
import type { Cell, Column } from '../files/table.ts'
import type { Principal } from '../rights/permissions.ts'
import type { TableExportKind } from '../rights/results.ts'
import { CERTIFICATES, DIAGNOSES, PRESCRIPTIONS, VISITS } from './kinds/care.ts'
import { DOCTORS, ICD10, MEDICATIONS } from './kinds/catalogues.ts'
import type { ExportKindRule, ExportPart } from './kinds/column.ts'
import { BILLS, PAYMENTS } from './kinds/money.ts'
import { APPOINTMENTS, CONDITIONS, PATIENTS } from './kinds/patients.ts'
import { pageInOneColumn } from './one-column.ts'
import type { ExportFilter } from './schema.ts'

const KINDS: Readonly<Record<TableExportKind, ExportKindRule>> = {
  patients: PATIENTS,
  visits: VISITS,
  diagnoses: DIAGNOSES,
  conditions: CONDITIONS,
  prescriptions: PRESCRIPTIONS,
  certificates: CERTIFICATES,
  bills: BILLS,
  payments: PAYMENTS,
  medications: MEDICATIONS,
  appointments: APPOINTMENTS,
  doctors: DOCTORS,
  icd10: ICD10,
}

/** Where the next rows are: behind an id in one of the kind's parts. */
export interface Place {
  part: number
  after: string
}

/** Rows with the ids of the first and the last of them; null: there are none. `next`: null behind the last page. */
export interface ExportPage {
  first: string | null
  last: string | null
  rows: Cell[][]
  next: Place | null
}

/** An export made ready for somebody: the columns that person may have, and how its rows are read. */
export interface ExportPlan {
  columns: readonly Column[]
  count(db: Db): Promise<number>
  /** Where the rows begin. */
  start: Place
  /** At most so many rows from a place on, part by part in the order of ids; one statement. */
  page(db: Db, from: Place, rows: number): Promise<ExportPage>
}

/** Plans an export of a kind as a person may have it; null: the system itself, which may have everything. */
export function planExport(kind: TableExportKind, filter: ExportFilter, who: Principal | null): ExportPlan {
  const { parts, columns } = KINDS[kind]
  const own = columns.filter((column) => who === null || column.for === undefined || column.for(who))
  const expressions = parts.map((_, at) => own.map(({ sql }) => sql[at] ?? 'null'))
  const read = (db: Db, at: number, after: string, rows: number) => {
    const { from, id } = parts[at] as ExportPart
    return pageInOneColumn(
      db,
      (wanted) =>
        from(db, filter)
          .comment('exports.page')
          .where(id, '>', after)
          .orderBy(id)
          .limit(rows)
          .select(...wanted)
          // arrays in the order of the columns: no object is made of a row at all
          .options({ rowsAsArray: true }),
      id,
      expressions[at] ?? [],
    )
  }
  return {
    columns: own.map(({ key, type }) => ({ key, title: key, type })),
    start: { part: 0, after: '0' },
    async count(db) {
      let all = 0
      for (const { from } of parts) {
        const row = await from(db, filter).count({ n: '*' }).comment('exports.count').first()
        all += Number(row?.n ?? 0)
      }
      return all
    },
    async page(db, { part, after }, most) {
      const { first, last, rows } = await read(db, part, after, most)
      const { prefix } = parts[part] as ExportPart
      const named = (id: string | null) => (id === null ? null : prefix + id)
      const nextPart = part + 1 < parts.length ? { part: part + 1, after: '0' } : null
      const next = rows.length === most && last !== null ? { part, after: last } : nextPart
      return { first: named(first), last: named(last), rows, next }
    },
  }
}
