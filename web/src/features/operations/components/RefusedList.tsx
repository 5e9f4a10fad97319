import { useVirtualizer } from '@tanstack/react-virtual'
import { Fragment, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import { useFieldName, useReasonText } from '../../imports/field-name.ts'
import type { RefusedRow } from '../types.ts'
import styles from './RefusedRows.module.css'

const USUAL_ROW_PX = 37
const OVERSCAN_ROWS = 10
/** Rows before the end at which the next page is fetched. */
const NEAR_END_ROWS = 20

interface RefusedListProps {
  rows: readonly RefusedRow[]
  more: boolean
  onMore: () => void
}

/** A virtual table: only what is in sight is drawn, the next page comes before the end is reached. */
export function RefusedList({ rows, more, onMore }: RefusedListProps) {
  const { t } = useTranslation()
  const scroll = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => USUAL_ROW_PX,
    overscan: OVERSCAN_ROWS,
  })
  const drawn = list.getVirtualItems()
  const last = drawn.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last >= rows.length - NEAR_END_ROWS) onMore()
  }, [more, last, rows.length, onMore])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    // biome-ignore lint/a11y/useSemanticElements: rows are placed by the virtual list, which a real table cannot do
    <div ref={scroll} className={styles.scroll} role="table" tabIndex={0} aria-label={t('refused.table')}>
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: a header row takes no focus */}
      <div className={styles.headRow} role="row">
        <ColumnHead text={t('newImport.line')} />
        <ColumnHead text={t('refused.reason')} />
        <ColumnHead text={t('refused.values')} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      <div className={styles.body} role="rowgroup" style={{ height: list.getTotalSize() }}>
        {drawn.map((item) => (
          // biome-ignore lint/a11y/useSemanticElements: see above
          // biome-ignore lint/a11y/useFocusableInteractive: a row takes no focus
          <div
            key={item.key}
            ref={list.measureElement}
            data-index={item.index}
            className={styles.row}
            role="row"
            style={{ top: item.start }}
          >
            <RefusedCells row={rows[item.index] as RefusedRow} />
          </div>
        ))}
      </div>
    </div>
  )
}

function ColumnHead({ text }: { text: string }) {
  // biome-ignore lint/a11y/useSemanticElements: part of the virtual table
  // biome-ignore lint/a11y/useFocusableInteractive: a heading takes no focus
  return <span role="columnheader">{text}</span>
}

function RefusedCells({ row }: { row: RefusedRow }) {
  const reasonOf = useReasonText()
  const nameOf = useFieldName()
  const bad = new Set(row.problems.map((problem) => problem.column))
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: part of the virtual table */}
      <span className={styles.line} role="cell">
        {formatCount(row.line)}
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: part of the virtual table */}
      <span role="cell">
        {row.problems.map((problem) => (
          <div key={`${problem.column} ${problem.code}`} className={styles.problem}>
            {problem.column ? <span className={styles.column}>{`${nameOf(problem.column)}: `}</span> : null}
            {reasonOf(problem.code, problem.message)}
          </div>
        ))}
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: part of the virtual table */}
      <span className={styles.values} role="cell">
        {Object.entries(row.values)
          .filter(([, value]) => value.trim() !== '')
          .map(([column, value], index) => (
            <Fragment key={column}>
              {index === 0 ? '' : ' · '}
              <span className={bad.has(column) ? styles.bad : undefined}>{value}</span>
            </Fragment>
          ))}
      </span>
    </>
  )
}
