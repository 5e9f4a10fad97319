import { useLayoutEffect, useRef } from 'react'
import { singleKeysOn } from '../../app/single-keys.ts'

/** What the keys of the doctor's line do. */
export interface LineKeys {
  step: (by: 1 | -1) => void
  open: () => void
  call: () => void
  callNext: () => void
}

const isOccupied = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]') !== null

/** Arrows choose, Enter opens, `l` calls, `c` calls the next one; never while somebody types. */
export function useLineKeys(keys: LineKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const on = latest.current
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (isOccupied(event.target)) return
      const act = (action: () => void): void => {
        event.preventDefault()
        action()
      }
      if (event.key === 'ArrowDown') act(() => on.step(1))
      else if (event.key === 'ArrowUp') act(() => on.step(-1))
      else if (event.repeat) return
      else if (event.key === 'Enter') {
        // A button or link that has the focus does its own.
        if (!(event.target instanceof HTMLElement) || event.target.closest('a, button') === null) act(on.open)
      } else if (!singleKeysOn()) return
      else if (event.key === 'l') act(on.call)
      else if (event.key === 'c') act(on.callNext)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
