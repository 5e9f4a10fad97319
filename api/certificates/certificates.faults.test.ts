import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Crowd, issueMany, startCrowd } from './testing.ts'

const CERTIFICATES = 10_000
const CLIENTS = 100

let crowd: Crowd

beforeAll(async () => {
  crowd = await startCrowd()
})
afterAll(() => crowd.close())

it('10,000 certificates by 100 clients over two processes, connections killed: each once, without gaps, in order', async () => {
  const stop = new AbortController()
  const killed = crowd.killConnections(stop.signal)
  const repeated = await issueMany(crowd, CERTIFICATES, CLIENTS)
  stop.abort()
  expect(await killed).toBeGreaterThan(10)
  expect(repeated).toBeGreaterThan(0)
})
