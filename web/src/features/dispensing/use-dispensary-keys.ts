import { useLayoutEffect, useRef } from 'react'
import { singleKeysOn } from '../../app/single-keys.ts'

/** What the keys of the dispensary do. */
export interface DispensaryKeys {
  line: (by: 1 | -1) => void
  visit: (by: 1 | -1) => void
  prepare: () => void
  handOver: () => void
  label: () => void
}

const isOccupied = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]') !== null

/** Up and down choose a line, left and right a visit; `p` prepares, `h` hands over, `l` prints; never while typing. */
export function useDispensaryKeys(keys: DispensaryKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  // `g` begins a walk to another page; the letter after it is not for here
  const walkAtMs = useRef(Number.NEGATIVE_INFINITY)
  useLayoutEffect(() => {
    const acts = (): Readonly<Record<string, () => void>> => ({
      ArrowDown: () => latest.current.line(1),
      ArrowUp: () => latest.current.line(-1),
      ArrowRight: () => latest.current.visit(1),
      ArrowLeft: () => latest.current.visit(-1),
      p: () => latest.current.prepare(),
      h: () => latest.current.handOver(),
      l: () => latest.current.label(),
    })
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isOccupied(event.target)) return
      const walking = event.timeStamp - walkAtMs.current < WALK_MS
      walkAtMs.current = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      const isLetter = event.key.length === 1
      if (isLetter && (walking || event.repeat || !singleKeysOn())) return
      const act = acts()[event.key]
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    // before the keys of the whole page, which prevent nothing that is meant here
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [])
}

/** As long as the page itself waits for the letter after `g`. */
const WALK_MS = 900
