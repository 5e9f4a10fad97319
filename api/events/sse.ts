import type { ServerResponse } from 'node:http'
import { formatEvent } from './wire.ts'

/** Unsent bytes at which a reader counts as too slow; it is cut and comes back by its last id. */
const MAX_BUFFERED_BYTES = 256 * 1024
/** Unsent bytes with which a reader that takes nothing is not waited for as long as others. */
const MUCH_BYTES = MAX_BUFFERED_BYTES / 2
const STALL_LIMIT_MS = 60_000
const STALL_LIMIT_WITH_MUCH_MS = 5_000
/** A client that does not take the last bytes is not waited for longer. */
const END_WITHIN_MS = 5000

/** One open stream to one client. */
export interface SseStream {
  /** Sends bytes (none is fine); false when the client must take some before more is sent. A reader too far behind is cut. */
  send(bytes: Buffer): boolean
  /** Whether much of what was sent some time ago is still not taken. */
  isBehind(): boolean
  /** Whether so many bytes more would not make it a reader too far behind. */
  hasRoomFor(bytes: number): boolean
  /** Calls back once when the client has taken what was sent. */
  onceDrained(work: () => void): void
  /** Cuts the stream if the client has taken nothing for a minute (with much waiting: seconds); answers whether it did. */
  cutIfStalled(nowMs: number): boolean
  /** Says `bye` and closes; with `retryMs`, tells the client to stay away that long. */
  bye(reason: string, retryMs?: number): void
}

export interface SseOptions {
  retryMs: number
  /** The client went away, was cut or has been said goodbye to; called once. `slow`: it was cut. */
  onClose(slow: boolean): void
}

/**
 * Answers 200 and starts the stream. The body is not chunked and ends with the connection: that saves a third of the
 * writes per event, and these connections are never used again anyway.
 */
export function openSse(res: ServerResponse, options: SseOptions): SseStream {
  let slow = false
  let takenBytes = 0
  let sentBytes = 0
  let lastTakenAtMs = Date.now()

  const send = (bytes: Buffer): boolean => {
    if (res.destroyed || res.writableEnded) return false
    if (bytes.length === 0) return true
    sentBytes += bytes.length
    const flows = res.write(bytes)
    if (!flows && res.writableLength > MAX_BUFFERED_BYTES) cut()
    return flows
  }
  const cut = () => {
    slow = true
    res.destroy()
  }

  res.once('close', () => options.onClose(slow))
  res.on('error', () => res.destroy())
  res.shouldKeepAlive = false
  res.useChunkedEncodingByDefault = false
  res.removeHeader('Content-Length')
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  })
  res.socket?.setTimeout(0)
  res.socket?.setNoDelay(true)
  send(formatEvent({ retryMs: options.retryMs }))

  return {
    send,
    isBehind: () => res.writableLength > MUCH_BYTES,
    hasRoomFor: (bytes) => res.writableLength === 0 || res.writableLength + bytes <= MAX_BUFFERED_BYTES,
    onceDrained: (work) => res.once('drain', work),
    cutIfStalled(nowMs) {
      const waiting = res.writableLength
      const taken = sentBytes - waiting
      const limitMs = waiting > MUCH_BYTES ? STALL_LIMIT_WITH_MUCH_MS : STALL_LIMIT_MS
      if (taken !== takenBytes || waiting === 0) {
        takenBytes = taken
        lastTakenAtMs = nowMs
      } else if (nowMs - lastTakenAtMs > limitMs) cut()
      return slow
    },
    bye(reason, retryMs) {
      if (res.destroyed || res.writableEnded) return
      const data = JSON.stringify({ reason })
      res.end(formatEvent({ event: 'bye', data, ...(retryMs === undefined ? {} : { retryMs }) }))
      setTimeout(() => res.destroy(), END_WITHIN_MS).unref()
    },
  }
}
