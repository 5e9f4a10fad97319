import { useState } from 'react'

const STORE = 'clinic.screen'

/** How this screen sounds; kept on the machine, which is nobody's. */
export interface ScreenSettings {
  /** 0–1 */
  volume: number
  /** HH:MM in the clinic's zone; equal times mean never. */
  quietFrom: string
  quietTo: string
}

const START: ScreenSettings = { volume: 0.9, quietFrom: '22:00', quietTo: '07:00' }

function read(): ScreenSettings {
  try {
    return { ...START, ...(JSON.parse(localStorage.getItem(STORE) ?? '{}') as Partial<ScreenSettings>) }
  } catch {
    return START
  }
}

export function useScreenSettings(): [ScreenSettings, (change: Partial<ScreenSettings>) => void] {
  const [settings, set] = useState(read)
  return [
    settings,
    (change) => {
      const next = { ...settings, ...change }
      localStorage.setItem(STORE, JSON.stringify(next))
      set(next)
    },
  ]
}

/** Whether calls are shown without sound at a time of day HH:MM; the stretch may go over midnight. */
export function isQuiet({ quietFrom, quietTo }: ScreenSettings, timeHm: string): boolean {
  if (quietFrom === quietTo) return false
  return quietFrom < quietTo
    ? timeHm >= quietFrom && timeHm < quietTo
    : timeHm >= quietFrom || timeHm < quietTo
}
