import { useLayoutEffect, useRef } from 'react'

/** What can be changed of a bill, by the letter that does it together with Alt. */
export const CHANGE_KEYS = { i: 'item', x: 'discount', n: 'panel' } as const
export type Change = (typeof CHANGE_KEYS)[keyof typeof CHANGE_KEYS]

const isChange = (letter: string): letter is keyof typeof CHANGE_KEYS => Object.hasOwn(CHANGE_KEYS, letter)

/** Listens for Alt and a letter on the page of a bill; they work while somebody types, never behind a dialog. */
export function useDeskKeys(change: (which: Change) => void): void {
  const latest = useRef(change)
  latest.current = change
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!event.altKey || event.ctrlKey || event.metaKey) return
      if (event.target instanceof HTMLElement && event.target.closest('[role="dialog"]') !== null) return
      // by the key's place: together with Alt some keyboards write other letters
      const letter = event.code.replace('Key', '').toLowerCase()
      if (!isChange(letter)) return
      event.preventDefault()
      if (!event.repeat) latest.current(CHANGE_KEYS[letter])
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
