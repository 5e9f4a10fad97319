import { useTranslation } from 'react-i18next'
import ui from '../../../ui/ui.module.css'
import { useFieldName, useReasonText } from '../field-name.ts'
import type { ImportField, Mapping, Preview, PreviewRow } from '../types.ts'
import styles from './imports.module.css'

interface PreviewTableProps {
  preview: Preview
  mapping: Mapping
  fields: readonly ImportField[]
}

/** The first rows as they would be read; a fault stands in its cell, one of the whole row at its number. */
export function PreviewTable({ preview, mapping, fields }: PreviewTableProps) {
  const { t } = useTranslation()
  const nameOf = useFieldName()
  const faulty = new Set(preview.rows.flatMap((row) => row.problems.map((problem) => problem.column)))
  // a file with many kinds has no fields of its own: those of the rows that are shown
  const shown =
    fields.length === 0
      ? Object.keys(preview.rows[0]?.values ?? {})
      : fields.map(({ name }) => name).filter((name) => mapping[name] !== undefined || faulty.has(name))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={ui.tableWrap} tabIndex={0} aria-label={t('newImport.firstRows')}>
      <table className={`${ui.table} ${styles.cellTable}`}>
        <thead>
          <tr>
            <th className={ui.num}>{t('newImport.line')}</th>
            {shown.map((field) => (
              <th key={field}>{nameOf(field)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row) => (
            <tr key={row.row}>
              <FaultCell row={row} columns={unshown(row, shown)} text={String(row.line)} number />
              {shown.map((field) => (
                <FaultCell key={field} row={row} columns={[field]} text={row.values[field] ?? ''} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Columns that a row's problems name but the table does not show; '' names the row as a whole. */
function unshown(row: PreviewRow, shown: readonly string[]): string[] {
  const names = new Set(shown)
  return row.problems.flatMap(({ column }) => (names.has(column) ? [] : [column]))
}

interface FaultCellProps {
  row: PreviewRow
  columns: readonly string[]
  text: string
  number?: boolean
}

function FaultCell({ row, columns, text, number = false }: FaultCellProps) {
  const { t } = useTranslation()
  const reasonOf = useReasonText()
  const faults = row.problems.filter(({ column }) => columns.includes(column))
  const leftOut = row.leftOut.some((column) => columns.includes(column))
  return (
    <td data-fault={faults.length > 0} data-left-out={leftOut} className={number ? styles.lineNo : undefined}>
      {text}
      {faults.map((fault) => (
        <span key={fault.code} className={styles.fault}>
          {reasonOf(fault.code, fault.message)}
        </span>
      ))}
      {leftOut ? <span className={styles.leftOut}>{t('newImport.leftOut')}</span> : null}
    </td>
  )
}
