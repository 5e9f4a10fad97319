import { AppError } from '../../errors/app-error.ts'
import { isRefusedRowsHeader, REPORT_COLUMNS, trimRefused } from '../mapping.ts'

const ROW_COLUMN = '_row'
const ROW_NUMBER = /^[1-9]\d{0,14}$/

/** How the cells of a mended file go back into the rows that were refused. */
export interface MendedColumns {
  /** The row of the import that a row of the mended file is; null when it does not say. */
  rowOf(cells: readonly string[]): number | null
  /** The kept cells of a row with those of the mended file in their places. */
  merge(kept: readonly string[], mended: readonly string[]): string[]
}

const isReportColumn = (name: string): boolean => (REPORT_COLUMNS as readonly string[]).includes(name)

/**
 * Finds the columns of an import in the header of a refused-rows file that was mended. They may stand in another order or
 * be left out; a name that the import has twice only fits where nothing was moved. Throws `import/bad-header`.
 */
export function mendedColumns(header: readonly string[], columns: readonly string[]): MendedColumns {
  const rowAt = header.indexOf(ROW_COLUMN)
  if (rowAt < 0)
    throw new AppError('import/bad-header', {
      detail: 'The file has no column _row, so it is not the file of refused rows of this import.',
    })
  const isReport = isRefusedRowsHeader(columns)
  const own = [...columns.keys()].filter((at) => !isReport || !isReportColumn(columns[at] as string))
  const given = [...header.keys()].filter((at) => !isReportColumn(header[at] as string))
  const isSame =
    own.length === given.length && own.every((at, i) => columns[at] === header[given[i] as number])
  const pairs: [from: number, to: number][] = isSame
    ? own.map((to, i) => [given[i] as number, to])
    : byName(header, given, columns, own)
  if (pairs.length === 0)
    throw new AppError('import/bad-header', { detail: 'The file has none of the columns of this import.' })
  return {
    rowOf(cells) {
      const text = (cells[rowAt] ?? '').trim()
      return ROW_NUMBER.test(text) ? Number(text) : null
    },
    merge(kept, mended) {
      const cells = Array.from({ length: columns.length }, (_, at) => kept[at] ?? '')
      for (const [from, to] of pairs) cells[to] = trimRefused(mended[from] ?? '')
      return cells
    },
  }
}

function byName(
  header: readonly string[],
  given: readonly number[],
  columns: readonly string[],
  own: readonly number[],
): [number, number][] {
  return own.flatMap((to): [number, number][] => {
    const name = columns[to] as string
    const found = given.filter((at) => header[at] === name)
    if (found.length > 1 || (found.length === 1 && own.filter((at) => columns[at] === name).length > 1))
      throw new AppError('import/bad-header', { detail: `The file has the column ${name} more than once.` })
    return name === '' || found.length === 0 ? [] : [[found[0] as number, to]]
  })
}
