import { useEffect, useRef } from 'react'

/** Tells the other tabs of this browser that somebody is there. */
const CHANNEL = 'clinic-active'
/** How often other tabs are told, at most, and how often a tab looks whether it was left. */
const TELL_MS = 2_000
const LOOK_MS = 2_000
const MINUTE_MS = 60_000
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const

/**
 * Calls `left` once when nobody has touched this page, nor another tab of this browser, for some minutes; null: never.
 * By the wall clock, so that a machine that slept has been left too.
 */
export function useIdle(minutes: number | null, left: () => void): void {
  const latest = useRef(left)
  latest.current = left
  useEffect(() => {
    if (minutes === null) return
    let seenAtMs = Date.now()
    let toldAtMs = 0
    const tabs = typeof BroadcastChannel === 'function' ? new BroadcastChannel(CHANNEL) : null
    if (tabs)
      tabs.onmessage = () => {
        seenAtMs = Date.now()
      }
    const look = (): boolean => {
      if (Date.now() - seenAtMs < minutes * MINUTE_MS) return false
      stop()
      latest.current()
      return true
    }
    const seen = (): void => {
      // Whoever comes back to a page that slept has not been there all the time.
      if (look()) return
      seenAtMs = Date.now()
      if (seenAtMs - toldAtMs < TELL_MS) return
      toldAtMs = seenAtMs
      tabs?.postMessage('active')
    }
    const timer = setInterval(look, LOOK_MS)
    for (const sign of SIGNS) window.addEventListener(sign, seen, { capture: true, passive: true })
    document.addEventListener('visibilitychange', look)
    const stop = (): void => {
      clearInterval(timer)
      for (const sign of SIGNS) window.removeEventListener(sign, seen, { capture: true })
      document.removeEventListener('visibilitychange', look)
      tabs?.close()
    }
    return stop
  }, [minutes])
}
