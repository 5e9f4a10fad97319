import { importKind } from './kinds.ts'
import { safeCell } from './refused-csv.ts'

/**
 * An empty file with the columns of a kind to be filled in (UTF-8 with BOM, so that a spreadsheet keeps all letters).
 * It has no example row: someone would import it. Throws `import/unknown-kind`.
 */
export function templateCsv(kind: string): string {
  return `\ufeff${importKind(kind)
    .fields.map(({ name }) => safeCell(name))
    .join(',')}\r\n`
}
