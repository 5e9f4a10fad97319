/** What is remembered on this machine whoever sits at it: language, theme, room, single-key shortcuts. */
const SETTINGS = [
  'clinic.language',
  'clinic.singleKeys',
  'clinic.room',
  'clinic.receiptPaper',
  'mantine-color-scheme-value',
] as const

/** The settings of this machine as they are stored. */
export function machineSettings(): Map<string, string> {
  const found = new Map<string, string>()
  for (const name of SETTINGS) {
    const value = localStorage.getItem(name)
    if (value !== null) found.set(name, value)
  }
  return found
}

/** Puts settings back after the store was cleared. */
export function restoreSettings(settings: ReadonlyMap<string, string>): void {
  for (const [name, value] of settings) localStorage.setItem(name, value)
}
