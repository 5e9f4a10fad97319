import { afterAll, beforeAll, expect, it } from 'vitest'
import { killConnections } from '../../shared/testing/kill-connections.ts'
import { type Crowd, issueMany, startCrowd } from './testing.ts'

const CERTIFICATES = 10_000
const CLIENTS = 100
const KILL_EVERY_MS = 100

let crowd: Crowd

beforeAll(async () => {
  crowd = await startCrowd()
})
afterAll(() => crowd.close())

it('10,000 certificates by 100 clients over two processes, connections killed: each once, without gaps, in order', async () => {
  const stop = new AbortController()
  const killed = killConnections(crowd.deps.database, KILL_EVERY_MS, stop.signal)
  const repeated = await issueMany(crowd, CERTIFICATES, CLIENTS)
  stop.abort()
  expect(await killed).toBeGreaterThan(10)
  expect(repeated).toBeGreaterThan(0)
})
