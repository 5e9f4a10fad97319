/** How a column's cells are written: only `text` can hold what people typed. */
export type CellType = 'text' | 'integer' | 'number' | 'money' | 'day' | 'instant'

/** A column of a result file. */
export interface Column {
  /** Name in JSON and in the header of an export. */
  key: string
  /** Header of a report. */
  title: string
  type: CellType
}

/**
 * A value as it comes from the database: text, numbers as numbers or as their decimal text, money as its decimal text
 * in RM, days `YYYY-MM-DD`, instants ISO 8601 in UTC; null where there is none.
 */
export type Cell = string | number | null
/** Cells in the order of the columns. */
export type Row = readonly Cell[]

/** Writes a table to a file piece by piece; waits for the disk, so memory does not grow. */
export interface TableWriter {
  rows(rows: readonly Row[]): Promise<void>
  /** What stands below the table; formats without a place for it leave it out. */
  totals?(row: Row): Promise<void>
  end(): Promise<void>
}

/** Formats of result files: how a file is called and what a browser is told of it. */
export const FORMATS = {
  csv: { ending: 'csv', contentType: 'text/csv; charset=utf-8' },
  xlsx: {
    ending: 'xlsx',
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  },
  ndjson: { ending: 'ndjson', contentType: 'application/x-ndjson' },
  fhir: { ending: 'fhir.ndjson', contentType: 'application/fhir+ndjson' },
  json: { ending: 'json', contentType: 'application/json' },
  pdf: { ending: 'pdf', contentType: 'application/pdf' },
  zip: { ending: 'zip', contentType: 'application/zip' },
} as const
/** A key of {@link FORMATS}. */
export type Format = keyof typeof FORMATS
