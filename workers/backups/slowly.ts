import type { Run } from '../runtime/context.ts'
import { sleep } from '../runtime/patience.ts'

/** After so much the clinic is asked whether it feels the work. */
const PIECE_BYTES = 1024 * 1024

/**
 * Clinic first: hands a stream on and rests after each piece while staff would notice the work. The database, which
 * waits to give or take the next bytes, does nothing meanwhile; rests are far below its limits for that.
 */
export function slowly({ pace, signal }: Pick<Run, 'pace' | 'signal'>) {
  return async function* rested(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0
    let since = performance.now()
    for await (const chunk of source) {
      yield chunk
      bytes += chunk.length
      if (bytes < PIECE_BYTES) continue
      await sleep(pace.pauseAfter(performance.now() - since).ms, signal)
      bytes = 0
      since = performance.now()
    }
  }
}
