const STORE = 'clinic.singleKeys'

/** Whether shortcuts of one letter are on; some people's voice control or screen reader needs them off. */
export function singleKeysOn(): boolean {
  return localStorage.getItem(STORE) !== 'off'
}

export function setSingleKeys(on: boolean): void {
  localStorage.setItem(STORE, on ? 'on' : 'off')
}
