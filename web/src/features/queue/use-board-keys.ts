import { useLayoutEffect, useRef } from 'react'
import { singleKeysOn } from '../../app/single-keys.ts'
import { type Action, actionsOf } from './moves.ts'
import type { Ticket } from './types.ts'

export interface BoardKeys {
  /** The chosen ticket, if any. */
  ticket: Ticket | null
  act: (action: Action) => void
  undo: () => void
  callNext: () => void
  close: () => void
  step: (by: 1 | -1) => void
}

const occupied = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]') !== null

/** The keys of the board: arrows choose, letters act on what is chosen; never while somebody types. */
export function useBoardKeys(keys: BoardKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const on = latest.current
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (occupied(event.target)) return
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault()
        on.step(event.key === 'ArrowDown' ? 1 : -1)
        return
      }
      if (event.key === 'Escape') on.close()
      if (!singleKeysOn() || event.repeat) return
      if (event.key === 'c') on.callNext()
      else if (event.key === 'u' && on.ticket !== null) on.undo()
      else {
        const action =
          on.ticket === null ? undefined : actionsOf(on.ticket).find(({ key }) => key === event.key)
        if (action === undefined) return
        event.preventDefault()
        on.act(action)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
