import { reconnectPauseMs } from './backoff.ts'

/** Silence after which the connection counts as lost: one and a half heartbeats. */
export const SILENCE_LIMIT_MS = 45_000
/** Pause after the server closed on purpose (its hour was over): short, spread so that not all come at once. */
const AFTER_BYE_MS = 1_500

export type LinkState = 'live' | 'reconnecting' | 'offline'

/** One event as it is passed around inside the page and between tabs. */
export interface StreamEvent {
  name: string
  id: string
  data: unknown
}

export interface ConnectionOptions {
  url: (lastEventId: string) => string
  names: readonly string[]
  lastEventId: () => string
  onEvent: (event: StreamEvent) => void
  onState: (state: LinkState) => void
  /** Called after a connection that was refused before it ever opened; the session may have ended. */
  onRefused: () => void
  random?: () => number
}

/** Holds one EventSource open for as long as it lives: watches for silence, makes a new one after every error. */
export class EventConnection {
  private readonly options: ConnectionOptions
  private source: EventSource | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private silence: ReturnType<typeof setTimeout> | undefined
  private failures = 0
  private closed = false

  constructor(options: ConnectionOptions) {
    this.options = options
    window.addEventListener('online', this.cameOnline)
    window.addEventListener('offline', this.wentOffline)
    this.open()
  }

  close(): void {
    this.closed = true
    window.removeEventListener('online', this.cameOnline)
    window.removeEventListener('offline', this.wentOffline)
    this.drop()
  }

  private readonly cameOnline = (): void => {
    this.failures = 0
    this.open()
  }

  private readonly wentOffline = (): void => {
    this.drop()
    this.options.onState('offline')
  }

  private open(): void {
    this.drop()
    if (this.closed) return
    if (!navigator.onLine) {
      this.options.onState('offline')
      return
    }
    this.options.onState('reconnecting')
    const source = new EventSource(this.options.url(this.options.lastEventId()))
    this.source = source
    let opened = false
    source.onopen = () => {
      opened = true
      this.failures = 0
      this.options.onState('live')
      this.heard()
    }
    source.onerror = () => {
      if (!opened) this.options.onRefused()
      this.again(reconnectPauseMs(++this.failures, this.options.random))
    }
    source.addEventListener('heartbeat', () => this.heard())
    source.addEventListener('bye', () => this.again(this.random() * AFTER_BYE_MS))
    for (const name of this.options.names) source.addEventListener(name, (event) => this.deliver(name, event))
    // A connection that never answers makes no error event of its own.
    this.heard()
  }

  private deliver(name: string, event: MessageEvent<string>): void {
    this.heard()
    this.options.onEvent({ name, id: event.lastEventId, data: readJson(event.data) })
  }

  private heard(): void {
    clearTimeout(this.silence)
    this.silence = setTimeout(
      () => this.again(reconnectPauseMs(++this.failures, this.options.random) / 2),
      SILENCE_LIMIT_MS,
    )
  }

  private again(pauseMs: number): void {
    this.drop()
    if (this.closed) return
    this.options.onState(navigator.onLine ? 'reconnecting' : 'offline')
    this.timer = setTimeout(() => this.open(), pauseMs)
  }

  private drop(): void {
    clearTimeout(this.timer)
    clearTimeout(this.silence)
    this.source?.close()
    this.source = null
  }

  private random(): number {
    return (this.options.random ?? Math.random)()
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
