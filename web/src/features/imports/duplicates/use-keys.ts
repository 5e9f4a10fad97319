import { useLayoutEffect, useRef } from 'react'
import { singleKeysOn } from '../../../app/single-keys.ts'

/** Letters that mean something of this page's own here; `n` otherwise begins a new import. */
export const DESK_KEYS = 'j k m n l u'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('input:not([type=radio]), textarea, select, [role="dialog"], [role="menu"]') !== null

/** Listens for letters, never while somebody types or a dialog is open. */
export function useDeskKeys(actions: Readonly<Record<string, () => void>>): void {
  const latest = useRef(actions)
  latest.current = actions
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || !singleKeysOn()) return
      const act = latest.current[event.key]
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
