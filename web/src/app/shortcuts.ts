import { useLayoutEffect, useRef } from 'react'
import { singleKeysOn } from './single-keys.ts'

/** The keys of the whole page, as the sheet lists them. */
export const SHORTCUTS = [
  { keys: ['/'], label: 'shortcuts.search' },
  { keys: ['Ctrl', 'K'], label: 'shortcuts.search' },
  { keys: ['g', 'q'], label: 'shortcuts.queue' },
  { keys: ['g', 'p'], label: 'shortcuts.patients' },
  { keys: ['g', 'c'], label: 'shortcuts.consult' },
  { keys: ['g', 'm'], label: 'shortcuts.dispensary' },
  { keys: ['g', 'a'], label: 'shortcuts.cashier' },
  { keys: ['g', 't'], label: 'shortcuts.appointments' },
  { keys: ['g', 'd'], label: 'shortcuts.dashboard' },
  { keys: ['g', 'i'], label: 'shortcuts.imports' },
  { keys: ['g', 'r'], label: 'shortcuts.reports' },
  { keys: ['n'], label: 'shortcuts.new' },
  { keys: ['?'], label: 'shortcuts.sheet' },
  { keys: ['Esc'], label: 'shortcuts.close' },
] as const

export interface ShortcutActions {
  search: () => void
  sheet: () => void
  go: (to: string) => void
  create: () => void
}

/** Where `g` and a letter lead. */
const GO: Readonly<Record<string, string>> = {
  q: 'queue',
  p: 'patients',
  c: 'consult',
  m: 'dispensary',
  a: 'cashier',
  t: 'appointments',
  d: 'dashboard',
  i: 'imports',
  r: 'reports',
}

/** How long after `g` the second letter still counts. */
const CHORD_MS = 900

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest('input, textarea, select, [role="dialog"], [role="menu"]') !== null)

/** Whether what is on the screen has a meaning of its own for a letter (`data-own-keys`). */
const isOwnKey = (key: string): boolean => document.querySelector(`[data-own-keys~="${key}"]`) !== null

/** Listens for the page's keys, never while somebody types. */
export function useShortcuts(actions: ShortcutActions): void {
  const latest = useRef(actions)
  latest.current = actions
  useLayoutEffect(() => {
    let goAtMs = Number.NEGATIVE_INFINITY
    const onKey = (event: KeyboardEvent): void => {
      const on = latest.current
      const chord = event.timeStamp - goAtMs < CHORD_MS
      goAtMs = Number.NEGATIVE_INFINITY
      const act = (action: () => void): void => {
        event.preventDefault()
        action()
      }
      const modified = event.ctrlKey || event.metaKey || event.altKey
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') act(on.search)
      else if (modified || typing(event.target) || !singleKeysOn()) return
      else if (chord && GO[event.key] !== undefined) act(() => on.go(GO[event.key] ?? ''))
      else if (event.key === 'g') goAtMs = event.timeStamp
      else if (event.key === '?') act(on.sheet)
      else if (event.key === 'n' && !isOwnKey('n')) act(on.create)
      else if (event.key === '/') act(on.search)
    }
    // Before the pages' own keys, whichever was mounted first: after `g` a letter is none of theirs.
    window.addEventListener('keydown', onKey, true)
    return () => window.removeEventListener('keydown', onKey, true)
  }, [])
}
