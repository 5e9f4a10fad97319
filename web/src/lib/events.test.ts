import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BASE_PAUSE_MS, reconnectPauseMs } from './backoff.ts'
import { SILENCE_LIMIT_MS } from './event-source.ts'
import { type SharedEvents, shareEvents } from './events.ts'

class FakeSource {
  static all: FakeSource[] = []
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  closed = false
  readonly url: string
  private readonly listeners = new Map<string, (event: unknown) => void>()
  constructor(url: string) {
    this.url = url
    FakeSource.all.push(this)
  }
  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener)
  }
  close(): void {
    this.closed = true
  }
  send(name: string, id: string, data: unknown): void {
    this.listeners.get(name)?.({ lastEventId: id, data: JSON.stringify(data) })
  }
}

class FakeChannel {
  static all = new Set<FakeChannel>()
  onmessage: ((event: { data: unknown }) => void) | null = null
  constructor() {
    FakeChannel.all.add(this)
  }
  postMessage(data: unknown): void {
    for (const other of FakeChannel.all)
      if (other !== this) other.onmessage?.({ data: structuredClone(data) })
  }
  close(): void {
    FakeChannel.all.delete(this)
  }
}

/** One holder at a time, the next in line follows, as the browser's lock manager does. */
function fakeLocks() {
  let tail: Promise<unknown> = Promise.resolve()
  return {
    request: (_name: string, work: () => Promise<void>): Promise<void> => {
      const mine = tail.then(work)
      tail = mine
      return mine
    },
  }
}

const open: SharedEvents[] = []
const share = (): SharedEvents => {
  const events = shareEvents({ topics: ['operations'], names: ['operation.progress', 'reset'] })
  open.push(events)
  return events
}
const live = (): FakeSource => FakeSource.all.filter((source) => !source.closed).at(-1) as FakeSource
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
  FakeSource.all = []
  FakeChannel.all.clear()
  vi.stubGlobal('EventSource', FakeSource)
  vi.stubGlobal('BroadcastChannel', FakeChannel)
  Object.defineProperty(navigator, 'locks', { value: fakeLocks(), configurable: true })
})
afterEach(() => {
  for (const events of open.splice(0)) events.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('shareEvents', () => {
  it('holds one connection for all tabs and tells every one of them', async () => {
    const [one, two] = [share(), share()]
    await settle()
    expect(FakeSource.all).toHaveLength(1)
    const heard: string[] = []
    one.onEvent((event) => heard.push(`one ${event.id}`))
    two.onEvent((event) => heard.push(`two ${event.id}`))
    live().onopen?.()
    live().send('operation.progress', 'p-1-0', {})
    expect(heard).toEqual(['one p-1-0', 'two p-1-0'])
    expect([one.state(), two.state()]).toEqual(['live', 'live'])
  })

  it('lets the next tab go on from the last id when the holder closes', async () => {
    const [one, two] = [share(), share()]
    await settle()
    live().onopen?.()
    live().send('operation.progress', 'p-1-5', {})
    one.close()
    await settle()
    expect(FakeSource.all).toHaveLength(2)
    expect(live().url).toContain('lastEventId=p-1-5')
    expect(two.state()).toBe('reconnecting')
  })

  it('connects again after an error with a pause and the last id', async () => {
    const events = share()
    await settle()
    live().onopen?.()
    live().send('operation.progress', 'p-2-0', {})
    live().onerror?.()
    expect(events.state()).toBe('reconnecting')
    await vi.advanceTimersByTimeAsync(BASE_PAUSE_MS / 2 - 1)
    expect(FakeSource.all).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(BASE_PAUSE_MS / 2 + 1)
    expect(FakeSource.all).toHaveLength(2)
    expect(live().url).toContain('lastEventId=p-2-0')
  })

  it('takes silence of one and a half heartbeats for a lost connection', async () => {
    const events = share()
    await settle()
    live().onopen?.()
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT_MS - 1)
    live().send('heartbeat', '', {})
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT_MS - 1)
    expect(events.state()).toBe('live')
    await vi.advanceTimersByTimeAsync(1)
    expect(events.state()).toBe('reconnecting')
    await vi.advanceTimersByTimeAsync(BASE_PAUSE_MS)
    expect(FakeSource.all).toHaveLength(2)
  })

  it('forgets the id on reset, tells the page, and says when the network is gone', async () => {
    const events = share()
    await settle()
    live().onopen?.()
    live().send('operation.progress', 'p-3-0', {})
    const names: string[] = []
    events.onEvent((event) => names.push(event.name))
    live().send('reset', '', {})
    expect(names).toEqual(['reset'])
    window.dispatchEvent(new Event('offline'))
    expect(events.state()).toBe('offline')
    window.dispatchEvent(new Event('online'))
    expect(live().url).not.toContain('lastEventId')
  })

  it('spreads the attempts and never waits longer than half a minute', () => {
    expect(reconnectPauseMs(1, () => 0)).toBe(BASE_PAUSE_MS / 2)
    expect(reconnectPauseMs(1, () => 1)).toBe(BASE_PAUSE_MS)
    expect(reconnectPauseMs(20, () => 1)).toBe(30_000)
  })
})
