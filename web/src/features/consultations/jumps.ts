import { useLayoutEffect, useRef } from 'react'

/** Where a key together with Alt leads; the field carries the name as `data-jump`. */
export const JUMPS = {
  t: 'template',
  v: 'vitals',
  n: 'notes',
  d: 'diagnosis',
  m: 'medicine',
} as const
export type Jump = (typeof JUMPS)[keyof typeof JUMPS]

/** Keys of the consultation: Alt and a letter, Ctrl and Enter; they work while somebody types. */
export interface ConsultKeys {
  certificate: () => void
  letter: () => void
  repeat: () => void
  sign: () => void
}

/** Puts the hand into a field of the page. */
export function jumpTo(jump: Jump): void {
  document.querySelector<HTMLElement>(`[data-jump="${jump}"]`)?.focus()
}

const isJump = (letter: string): letter is keyof typeof JUMPS => Object.hasOwn(JUMPS, letter)

/** Listens for the keys of the consultation. */
export function useConsultKeys(keys: ConsultKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLElement && event.target.closest('[role="dialog"]') !== null) return
      const on = latest.current
      const act = (action: () => void): void => {
        event.preventDefault()
        if (!event.repeat) action()
      }
      if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') act(on.sign)
      if (!event.altKey || event.ctrlKey || event.metaKey) return
      // By the key's place: together with Alt some keyboards write other letters.
      const letter = event.code.replace('Key', '').toLowerCase()
      if (isJump(letter)) act(() => jumpTo(JUMPS[letter]))
      else if (letter === 'c') act(on.certificate)
      else if (letter === 'l') act(on.letter)
      else if (letter === 'r') act(on.repeat)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
