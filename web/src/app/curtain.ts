import { useLayoutEffect, useRef } from 'react'

const KEYS = ['keydown', 'keypress', 'keyup'] as const

/**
 * While it is down, nothing of the page behind the sign-in form is seen or reached: neither what hangs outside its
 * frame (dialogs, menus, notes at the edge), nor its shortcuts. The form in front needs no key but what a browser does by
 * itself. Mounted before everything else, so that its listeners are the first.
 */
export function useCurtain(isDown: boolean): void {
  const down = useRef(isDown)
  down.current = isDown
  useLayoutEffect(() => {
    const hold = (event: Event): void => {
      if (down.current) event.stopImmediatePropagation()
    }
    for (const key of KEYS) window.addEventListener(key, hold, { capture: true })
    return () => {
      for (const key of KEYS) window.removeEventListener(key, hold, { capture: true })
    }
  }, [])
  useLayoutEffect(() => {
    if (!isDown) return
    const before = document.activeElement
    document.documentElement.dataset.curtain = 'down'
    return () => {
      delete document.documentElement.dataset.curtain
      // The hand is where it was, in the dialog too.
      requestAnimationFrame(() => {
        if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
      })
    }
  }, [isDown])
}
