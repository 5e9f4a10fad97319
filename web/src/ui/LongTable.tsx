import { Fragment, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Scrolled } from '../lib/use-long-list.ts'
import ui from './ui.module.css'
import { type RowPlace, useLongRows } from './use-long-rows.ts'

const ROW_PX = 39

interface LongTableProps<Row extends { id: string }> {
  /** The row of headings. */
  head: ReactNode
  list: Scrolled<Row>
  /** Draws a row as one `tr` that takes its place. */
  children: (row: Row, place: RowPlace) => ReactNode
}

/** A table that may have a hundred thousand rows: only those in sight are drawn, the next ones come before the end. */
export function LongTable<Row extends { id: string }>(props: LongTableProps<Row>) {
  const { i18n } = useTranslation()
  return <Table key={i18n.language} {...props} />
}

function Table<Row extends { id: string }>({ head, list, children }: LongTableProps<Row>) {
  const { rows, more, onMore } = list
  const { top, drawn, beforePx, afterPx } = useLongRows<HTMLTableSectionElement>({
    count: rows.length,
    rowPx: ROW_PX,
    more,
    onMore,
  })
  const { frame, widths } = useStillColumns(drawn.length > 0 && drawn.length < rows.length)
  return (
    <div className={ui.tableWrap} data-long>
      <table
        ref={frame}
        className={ui.table}
        data-still={widths !== null || undefined}
        aria-rowcount={more ? -1 : rows.length}
      >
        {widths === null ? null : (
          <colgroup>
            {widths.map((width, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is known by its place alone
              <col key={column} style={{ width }} />
            ))}
          </colgroup>
        )}
        <thead>{head}</thead>
        <tbody ref={top}>
          <Space heightPx={beforePx} />
          {drawn.map(({ index, place }) => {
            const row = rows[index] as Row
            return <Fragment key={row.id}>{children(row, place)}</Fragment>
          })}
          <Space heightPx={afterPx} />
        </tbody>
      </table>
    </div>
  )
}

/** The room of the rows that are not drawn. */
function Space({ heightPx }: { heightPx: number }) {
  if (heightPx <= 0) return null
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row takes no focus, and this one is nothing but room
  return <tr aria-hidden="true" style={{ height: heightPx }} />
}

/** Keeps the columns as wide as the first rows made them, so that none moves while one scrolls. */
function useStillColumns(isLong: boolean) {
  const frame = useRef<HTMLTableElement>(null)
  const [widths, setWidths] = useState<number[] | null>(null)
  useLayoutEffect(() => {
    if (!isLong || widths !== null || frame.current === null) return
    const columns = [...frame.current.querySelectorAll('th')].map(
      (cell) => cell.getBoundingClientRect().width,
    )
    setWidths(columns.filter((width) => width > 0))
  }, [isLong, widths])
  useEffect(() => {
    const again = (): void => setWidths(null)
    window.addEventListener('resize', again)
    return () => window.removeEventListener('resize', again)
  }, [])
  return { frame, widths }
}
