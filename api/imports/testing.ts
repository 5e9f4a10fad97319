import { readdir } from 'node:fs/promises'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { TestApi } from '../http/testing.ts'

const BOUNDARY = 'clinic-test-boundary'

/** Parts of a multipart body written by hand. */
export const fieldPart = (name: string, value: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
export const filePart = (name = 'p.csv', part = 'file') =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${part}"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`
export const END = `\r\n--${BOUNDARY}--\r\n`

/** A request by hand, for bodies that no client would send. Answers the status line, or null when it was only cut. */
export async function rawUpload(
  api: TestApi,
  cookie: string,
  head: Record<string, string>,
  feed: (socket: Socket) => Promise<void>,
): Promise<string | null> {
  const { port } = api.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (part) => (answer += part))
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const headers = {
    Host: 'localhost',
    Cookie: cookie,
    'X-Requested-With': 'clinic',
    'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
    Connection: 'close',
    ...head,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`POST /api/imports HTTP/1.1\r\n${lines.join('')}\r\n`)
  await feed(socket)
  await Promise.race([closed, sleep(40_000, undefined, { ref: false })])
  socket.destroy()
  return answer === '' ? null : answer
}
export const statusOf = (answer: string | null) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer ?? '')?.[1])

/** Names of the files kept of uploads. */
export const uploads = (api: TestApi): Promise<string[]> =>
  readdir(join(api.deps.config.DATA_DIR, 'uploads')).catch(() => [])

/** Waits for what is cleaned up after the answer. */
export async function expectNothingLeft(api: TestApi): Promise<void> {
  for (let i = 0; i < 400 && (await uploads(api)).length > 0; i++) await sleep(50)
  expect(await uploads(api)).toEqual([])
  expect(await api.deps.db('operations')).toEqual([])
}
