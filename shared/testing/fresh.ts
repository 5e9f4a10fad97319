import { expect } from 'vitest'
import type { TwoApis } from './two-apis.ts'

type Headers = Record<string, string>
const HIT_WITHIN_MS = 30_000

/** Does something through one of the two and answers what must be seen from then on. */
export type Write<Seen> = (n: number) => Promise<Seen>

/** An answer to a GET; `cache` is its `X-Cache`. */
interface Look {
  status: number
  text: string
  etag: string
  cache: string | null
}

/** Ways to ask {@link TwoApis} that prove an answer to be no older than what was acknowledged. */
export interface Fresh {
  /** Asks one of the two and answers the body; fails where it is refused. */
  did<T>(n: number, method: string, path: string, body?: unknown, more?: Headers): Promise<T>
  /** Reads through one of the two: 200 or 304. */
  look(n: number, path: string, more: Headers): Promise<Look>
  /**
   * Each write goes through one process while the other holds the answer from before; what that one answers next has
   * it. The answer is then kept: the same for both, under one ETag.
   */
  seesEach<T, Seen>(
    path: string,
    sees: (body: T) => Seen,
    writes: readonly Write<Seen>[],
    more?: Headers,
  ): Promise<void>
}

/** {@link Fresh} of two processes. */
export function freshOf(desk: TwoApis): Fresh {
  async function did<T>(
    n: number,
    method: string,
    path: string,
    body?: unknown,
    more: Headers = {},
  ): Promise<T> {
    const answer = await desk.ask(n, method, path, body, undefined, more)
    const text = await answer.text()
    expect(answer.ok, `${method} ${path}: ${text}`).toBe(true)
    return (text === '' ? null : JSON.parse(text)) as T
  }

  async function look(n: number, path: string, more: Headers): Promise<Look> {
    const answer = await desk.ask(n, 'GET', path, undefined, undefined, more)
    const text = await answer.text()
    expect([200, 304], text).toContain(answer.status)
    const { status, headers } = answer
    return { status, text, etag: headers.get('etag') as string, cache: headers.get('x-cache') }
  }

  async function seesEach<T, Seen>(
    path: string,
    sees: (body: T) => Seen,
    writes: readonly Write<Seen>[],
    more: Headers = {},
  ): Promise<void> {
    for (const [n, write] of writes.entries()) {
      const before = await look(n + 1, path, more)
      await look(n, path, more)
      const wanted = await write(n)
      const after = await look(n + 1, path, more)
      expect(sees(JSON.parse(after.text) as T), `${path}, write ${n}`).toEqual(wanted)
      expect(after.etag).not.toBe(before.etag)
      // a process may repeat the other one's invalidation meanwhile, so it need not be the very next read
      const kept = async () => {
        const again = await look(n, path, more)
        expect(again.etag).toBe(after.etag)
        return again.cache
      }
      await expect.poll(kept, { timeout: HIT_WITHIN_MS, message: path }).toBe('HIT')
      const same = await look(n + 1, path, { ...more, 'If-None-Match': after.etag })
      expect([same.status, same.etag, same.text]).toEqual([304, after.etag, ''])
    }
  }

  return { did, look, seesEach }
}
