import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'

const OVERSCAN_ROWS = 12
/** Rows before the end at which the next ones are fetched. */
const NEAR_END_ROWS = 20

/** Where a row stands in its list; given to the row's own element. */
export interface RowPlace {
  ref: (element: HTMLElement | null) => void
  'data-index': number
}

interface LongRows<Top extends HTMLElement> {
  /** The element that holds the rows. */
  top: RefObject<Top | null>
  /** The rows that are drawn, by index. */
  drawn: { index: number; place: RowPlace }[]
  /** Heights of what is not drawn above and below them, px. */
  beforePx: number
  afterPx: number
}

interface LongRowsOptions {
  count: number
  /** Usual height of a row, px; what is drawn is measured. */
  rowPx: number
  more: boolean
  onMore: () => void
}

/** Draws of a long list only what is in the window, and asks for more before the end is reached. */
export function useLongRows<Top extends HTMLElement>({ count, rowPx, more, onMore }: LongRowsOptions) {
  const top = useRef<Top>(null)
  const [scrollMargin, setScrollMargin] = useState(0)
  const list = useWindowVirtualizer({
    count,
    estimateSize: () => rowPx,
    overscan: OVERSCAN_ROWS,
    scrollMargin,
  })
  // What stands above the list comes and goes, so its place is looked up whenever it is drawn.
  useLayoutEffect(() => {
    if (top.current === null) return
    setScrollMargin(Math.round(top.current.getBoundingClientRect().top + window.scrollY))
  })
  const items = list.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  const lastIndex = last?.index ?? 0
  useEffect(() => {
    if (more && lastIndex >= count - NEAR_END_ROWS) onMore()
  }, [more, lastIndex, count, onMore])
  const rows: LongRows<Top> = {
    top,
    drawn: items.map(({ index }) => ({
      index,
      place: { ref: list.measureElement, 'data-index': index },
    })),
    beforePx: first === undefined ? 0 : first.start - scrollMargin,
    afterPx: last === undefined ? 0 : list.getTotalSize() - (last.end - scrollMargin),
  }
  return rows
}
