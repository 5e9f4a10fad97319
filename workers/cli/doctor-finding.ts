/** One line of the doctor's report. */
export interface Finding {
  name: string
  state: 'ok' | 'warn' | 'bad'
  text: string
}

/** All is well. */
export const ok = (name: string, text: string): Finding => ({ name, state: 'ok', text })
/** Works, but worth a look. */
export const warn = (name: string, text: string): Finding => ({ name, state: 'warn', text })
/** Must be mended. */
export const bad = (name: string, text: string): Finding => ({ name, state: 'bad', text })
