import type { Call, Screen, ScreenEvent } from './types.ts'

/** The board with a ticket as an event tells it; calls newest first, never an older version over a newer one. */
export function withEvent(screen: Screen, event: ScreenEvent, isCall: boolean, atIso: string): Screen {
  const known = screen.calls.find(({ number }) => number === event.number)
  if (known !== undefined && known.version > event.version) return screen
  if (known !== undefined && known.version === event.version && !isCall) return screen
  const others = screen.calls.filter(({ number }) => number !== event.number)
  const waiting =
    event.state === 'waiting' ? screen.waiting : screen.waiting.filter((number) => number !== event.number)
  if (isCall) {
    const call: Call = { ...event, calledAt: atIso }
    return { ...screen, waiting, calls: [call, ...others].slice(0, Math.max(screen.calls.length, 8)) }
  }
  if (known === undefined) return { ...screen, waiting }
  const changed = { ...known, ...event, calledAt: known.calledAt }
  const calls = screen.calls.map((call) => (call.number === event.number ? changed : call))
  return { ...screen, waiting, calls: calls.filter(({ state }) => state === 'called' || state === 'inside') }
}
