import type { Redis } from 'ioredis'

const LOOK_EVERY_MS = 200

/** The parts of ioredis that its types keep to themselves, as of 6.0; the tests of the HTTP edge hold them. */
interface Inner {
  commandQueue: { length: number; peekFront(): { command: object } | undefined }
  stream: { destroy(error: Error): void } | undefined
}

/**
 * Cuts a connection whose oldest command stays unanswered for `silenceMs`; everything that waits on it fails then, and
 * it reconnects. One timer for the connection is cheaper than one for each command, and no answer can reach the wrong
 * command afterwards. Looks are counted, not time, so that a pause of this process is not taken for silence.
 */
export function cutWhenSilent(redis: Redis, silenceMs: number): void {
  const inner = redis as unknown as Inner
  const allowedLooks = Math.ceil(silenceMs / LOOK_EVERY_MS)
  let oldest: object | undefined
  let looks = 0
  const timer = setInterval(() => {
    const front = inner.commandQueue.length === 0 ? undefined : inner.commandQueue.peekFront()?.command
    if (front === undefined || front !== oldest) {
      oldest = front
      looks = 0
      return
    }
    looks += 1
    if (looks < allowedLooks) return
    oldest = undefined
    inner.stream?.destroy(Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' }))
  }, LOOK_EVERY_MS)
  timer.unref()
  redis.once('end', () => clearInterval(timer))
}
