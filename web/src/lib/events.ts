import { EventConnection, type LinkState, type StreamEvent } from './event-source.ts'

const LOCK = 'clinic-events'

type TabMessage =
  | { kind: 'event'; event: StreamEvent }
  | { kind: 'state'; state: LinkState; lastEventId: string }
  | { kind: 'hello' }

export interface SharedEventsOptions {
  topics: readonly string[]
  names: readonly string[]
  onRefused?: () => void
}

/** The stream of events as this tab sees it, whichever tab holds the connection. */
export interface SharedEvents {
  onEvent: (listener: (event: StreamEvent) => void) => () => void
  onState: (listener: () => void) => () => void
  state: () => LinkState
  close: () => void
}

/**
 * One connection per browser: the tab that holds the lock connects and tells the others; when it closes the next one
 * goes on from the last id everybody has seen. Without locks or channels each tab connects on its own.
 */
export function shareEvents(options: SharedEventsOptions): SharedEvents {
  const listeners = new Set<(event: StreamEvent) => void>()
  const stateListeners = new Set<() => void>()
  let state: LinkState = navigator.onLine ? 'reconnecting' : 'offline'
  let lastEventId = ''
  let connection: EventConnection | null = null
  let release = (): void => {}
  let closed = false
  const shared = 'locks' in navigator && typeof BroadcastChannel === 'function'
  const channel = shared ? new BroadcastChannel(LOCK) : null
  const say = (message: TabMessage): void => channel?.postMessage(message)

  const setState = (next: LinkState): void => {
    if (state === next) return
    state = next
    for (const listener of stateListeners) listener()
  }
  const take = (event: StreamEvent): void => {
    if (event.id !== '') lastEventId = event.id
    for (const listener of listeners) listener(event)
  }
  const connect = (): void => {
    connection = new EventConnection({
      url: (id) => streamUrl(options.topics, id),
      names: options.names,
      lastEventId: () => lastEventId,
      onEvent: (event) => {
        if (event.name === 'reset') lastEventId = ''
        take(event)
        say({ kind: 'event', event })
      },
      onState: (next) => {
        setState(next)
        say({ kind: 'state', state: next, lastEventId })
      },
      onRefused: options.onRefused ?? (() => {}),
    })
  }

  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      if (data.kind === 'hello') return connection ? say({ kind: 'state', state, lastEventId }) : undefined
      if (connection) return
      if (data.kind === 'event') return take(data.event)
      if (data.lastEventId !== '') lastEventId = data.lastEventId
      setState(data.state)
    }
    say({ kind: 'hello' })
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    void navigator.locks.request(LOCK, async () => {
      if (closed) return
      connect()
      await held
    })
  } else {
    connect()
  }

  return {
    onEvent: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onState: (listener) => {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    state: () => state,
    close: () => {
      closed = true
      connection?.close()
      connection = null
      channel?.close()
      release()
    },
  }
}

function streamUrl(topics: readonly string[], lastEventId: string): string {
  const query = new URLSearchParams({ topics: topics.join(',') })
  if (lastEventId !== '') query.set('lastEventId', lastEventId)
  return `/api/sse/events?${query}`
}
